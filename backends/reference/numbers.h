#pragma once

#include <type_traits>
#include <vector>

#include "domino/backends/op.h"
#include "domino/core/visit_dtype.h"

namespace domino::reference {

/// Calls `f(TypeTag<T>{})` with the C++ type of `dtype`, which must be one that kernels compute in.
template <class F>
void visit_computed(DType dtype, F&& f) {
  visit_number(dtype, [&]<class T>(TypeTag<T> tag) {
    if constexpr (std::is_arithmetic_v<T>) {
      f(tag);
    } else {
      fail<DTypeError>("{} is a type for storage, not one to compute in", kDTypeOf<T>);
    }
  });
}

/// The numbers of a tensor, as `Wide`.
template <class Wide = double>
std::vector<Wide> widened(const Tensor& tensor) {
  std::vector<Wide> numbers;
  visit_computed(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    const auto data = tensor.data<T>();
    numbers.reserve(data.size());
    for (const T number : data) numbers.push_back(static_cast<Wide>(number));
  });
  return numbers;
}

/// Rounds `numbers` to the type of `to`. Integers keep their low bits.
template <class Wide>
void store(const std::vector<Wide>& numbers, Tensor& to) {
  visit_computed(to.dtype(), [&]<class T>(TypeTag<T>) {
    T* next = to.mutable_data<T>().data();
    for (const Wide number : numbers) *next++ = static_cast<T>(number);
  });
}

/// True if the op was given its optional input `index`.
inline bool given(op::Inputs inputs, std::size_t index) {
  return index < inputs.size() && inputs[index].defined();
}

/// The numbers of an optional input, or none.
inline std::vector<double> widened_if_given(op::Inputs inputs, std::size_t index) {
  return given(inputs, index) ? widened(inputs[index]) : std::vector<double>();
}

}  // namespace domino::reference
