#pragma once

#include <utility>

#include "domino/core/check.h"
#include "domino/core/dtype.h"

namespace domino {

template <class T>
struct TypeTag {
  using type = T;
};

/// Calls `f(TypeTag<T>{})` with the C++ type of `dtype`, which must hold numbers.
template <class F>
decltype(auto) visit_number(DType dtype, F&& f) {
  switch (dtype) {
    case DType::Float32:
      return f(TypeTag<float>{});
    case DType::Float64:
      return f(TypeTag<double>{});
    case DType::Float16:
      return f(TypeTag<Float16>{});
    case DType::BFloat16:
      return f(TypeTag<BFloat16>{});
    case DType::Int8:
      return f(TypeTag<std::int8_t>{});
    case DType::Int16:
      return f(TypeTag<std::int16_t>{});
    case DType::Int32:
      return f(TypeTag<std::int32_t>{});
    case DType::Int64:
      return f(TypeTag<std::int64_t>{});
    case DType::UInt8:
      return f(TypeTag<std::uint8_t>{});
    case DType::UInt16:
      return f(TypeTag<std::uint16_t>{});
    case DType::UInt32:
      return f(TypeTag<std::uint32_t>{});
    case DType::UInt64:
      return f(TypeTag<std::uint64_t>{});
    case DType::Bool:
      return f(TypeTag<bool>{});
    case DType::String:
      break;
  }
  fail<DTypeError>("a tensor of strings holds no numbers");
}

/// A number in a type that C++ computes with: half types as float.
DOMINO_HOST_DEVICE inline float widen(Float16 value) { return to_float(value); }
DOMINO_HOST_DEVICE inline float widen(BFloat16 value) { return to_float(value); }
template <class T>
DOMINO_HOST_DEVICE T widen(T value) {
  return value;
}

}  // namespace domino
