#pragma once

#include <cstdint>

#include "domino/backends/op.h"
#include "domino/backends/reference/numbers.h"
#include "domino/core/visit_dtype.h"

namespace domino::cuda {

using reference::given;
using reference::visit_computed;

/// The numbers of a tensor on the device, which only kernels may follow. Ops write through `written`.
template <class T>
const T* numbers(const Tensor& tensor) {
  return reinterpret_cast<const T*>(tensor.storage()->bytes());
}
template <class T>
T* written(Tensor& tensor) {
  return reinterpret_cast<T*>(tensor.storage()->bytes());
}

/// The numbers of optional input `index`, or null.
template <class T>
const T* numbers_if_given(op::Inputs inputs, std::size_t index) {
  return given(inputs, index) ? numbers<T>(inputs[index]) : nullptr;
}

/// Calls `f(TypeTag<T>{})` with float or double.
template <class F>
void visit_floating(DType dtype, F&& f) {
  if (dtype == DType::Float64) return f(TypeTag<double>{});
  check<DTypeError>(dtype == DType::Float32, "cuda: computing in {}", dtype);
  f(TypeTag<float>{});
}

/// Calls `f(TypeTag<T>{})` with an unsigned type as large as the numbers of `dtype`, for ops that only
/// move them.
template <class F>
void visit_size(DType dtype, F&& f) {
  switch (size_of(dtype)) {
    case 1:
      return f(TypeTag<std::uint8_t>{});
    case 2:
      return f(TypeTag<std::uint16_t>{});
    case 4:
      return f(TypeTag<std::uint32_t>{});
    default:
      return f(TypeTag<std::uint64_t>{});
  }
}

}  // namespace domino::cuda
