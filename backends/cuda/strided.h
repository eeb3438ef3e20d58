#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "domino/backends/reference/walk.h"
#include "domino/core/host_device.h"
#include "domino/core/shape.h"

namespace domino::cuda {

/// More axes than are left of any tensor in practice once neighbours that lie alike are joined.
inline constexpr int kMaxAxes = 16;

/// An index space walked through N tensors that each lie in memory by strides of their own.
template <std::size_t N>
struct Strided {
  std::int64_t count = 1;
  int axes = 0;
  std::int64_t sizes[kMaxAxes] = {};  // innermost first
  std::int64_t strides[kMaxAxes][N] = {};

  struct Offsets {
    std::int64_t of[N];
  };
  /// How far from their beginnings lie the elements number `index`.
  DOMINO_HOST_DEVICE Offsets offsets(std::int64_t index) const {
    Offsets offsets = {};
    for (int axis = 0; axis < axes; ++axis) {
      const std::int64_t rest = index / sizes[axis];
      const std::int64_t place = index - rest * sizes[axis];
      for (std::size_t n = 0; n < N; ++n) offsets.of[n] += place * strides[axis][n];
      index = rest;
    }
    return offsets;
  }
};

/// `shape` with the strides of N tensors; axes are joined where that makes no difference. Throws
/// DeviceError if more than kMaxAxes are left.
template <std::size_t N>
Strided<N> strided(const Shape& shape, const std::array<reference::Strides, N>& strides);

/// `shape` with strides that read tensors of `shapes` as if they were broadcast to it.
template <std::size_t N>
Strided<N> broadcast(const Shape& shape, const std::array<Shape, N>& shapes);

}  // namespace domino::cuda
