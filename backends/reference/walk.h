#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "domino/core/shape.h"

namespace domino::reference {

/// How many elements lie between neighbours, axis by axis.
using Strides = std::vector<std::int64_t>;

/// The strides of a row-major tensor.
Strides strides_of(const Shape& shape);

/// The strides that read a tensor of `shape` as if it were broadcast to `to`: 0 along an axis that
/// repeats.
Strides broadcast_strides(const Shape& shape, const Shape& to);

template <std::size_t N>
using Offsets = std::array<std::int64_t, N>;

/// Visits every element of `shape` in row-major order: calls `f` with the offset of that element in
/// each of N tensors that lie in memory by their own `strides`.
template <std::size_t N, class F>
void walk(const Shape& shape, const std::array<Strides, N>& strides, F f, Offsets<N> at = {},
          std::size_t axis = 0) {
  if (axis == shape.sizes().size()) return f(at);
  for (std::int64_t i = 0; i < shape.sizes()[axis]; ++i) {
    walk<N, F&>(shape, strides, f, at, axis + 1);
    for (std::size_t n = 0; n < N; ++n) at[n] += strides[n][axis];
  }
}

/// A tensor seen as (outer, size, inner) around one of its axes.
struct Fold {
  std::int64_t outer = 1;
  std::int64_t size = 1;
  std::int64_t inner = 1;
};
Fold fold_around(const Shape& shape, int axis);

}  // namespace domino::reference
