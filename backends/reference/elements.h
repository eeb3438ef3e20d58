#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "domino/core/tensor.h"
#include "domino/core/visit_dtype.h"

namespace domino::reference {

/// The bytes of one number, for ops that only move numbers.
template <std::size_t N>
struct Element {
  std::array<std::byte, N> bytes;
};

/// Calls `f(TypeTag<Element<N>>{})` with the size of `dtype`'s numbers, or f(TypeTag<std::string>{}).
template <class F>
void visit_element(DType dtype, F&& f) {
  if (dtype == DType::String) return f(TypeTag<std::string>{});
  switch (size_of(dtype)) {
    case 1:
      return f(TypeTag<Element<1>>{});
    case 2:
      return f(TypeTag<Element<2>>{});
    case 4:
      return f(TypeTag<Element<4>>{});
    default:
      return f(TypeTag<Element<8>>{});
  }
}

/// The elements of a host tensor. Ops write them through the same pointer.
template <class E>
E* elements(const Tensor& tensor) {
  return reinterpret_cast<E*>(tensor.storage()->bytes());
}

}  // namespace domino::reference
