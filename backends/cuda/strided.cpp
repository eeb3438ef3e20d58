#include "domino/backends/cuda/strided.h"

#include <algorithm>

#include "domino/core/check.h"

namespace domino::cuda {
namespace {

template <std::size_t N>
using StridesAt = std::array<std::int64_t, N>;

/// Whether stepping off the end of the axis before is one step of the next, in every tensor.
template <std::size_t N>
bool continues(const Strided<N>& space, const StridesAt<N>& strides) {
  if (space.axes == 0) return false;
  const int last = space.axes - 1;
  for (std::size_t n = 0; n < N; ++n) {
    if (strides[n] != space.strides[last][n] * space.sizes[last]) return false;
  }
  return true;
}

template <std::size_t N>
void add_axis(Strided<N>& space, std::int64_t size, const StridesAt<N>& strides) {
  space.count *= size;
  if (size == 1) return;
  if (continues(space, strides)) {
    space.sizes[space.axes - 1] *= size;
    return;
  }
  check<DeviceError>(space.axes < kMaxAxes,
                     "cuda: a tensor has more than {} axes that lie apart in memory", kMaxAxes);
  space.sizes[space.axes] = size;
  std::ranges::copy(strides, space.strides[space.axes]);
  ++space.axes;
}

}  // namespace

template <std::size_t N>
Strided<N> strided(const Shape& shape, const std::array<reference::Strides, N>& strides) {
  Strided<N> space;
  for (auto axis = static_cast<std::size_t>(shape.rank()); axis-- > 0;) {
    StridesAt<N> here;
    for (std::size_t n = 0; n < N; ++n) here[n] = strides[n][axis];
    add_axis(space, shape.sizes()[axis], here);
  }
  return space;
}

template <std::size_t N>
Strided<N> broadcast(const Shape& shape, const std::array<Shape, N>& shapes) {
  std::array<reference::Strides, N> strides;
  for (std::size_t n = 0; n < N; ++n) strides[n] = reference::broadcast_strides(shapes[n], shape);
  return strided<N>(shape, strides);
}

template Strided<1> strided(const Shape&, const std::array<reference::Strides, 1>&);
template Strided<2> strided(const Shape&, const std::array<reference::Strides, 2>&);
template Strided<2> broadcast(const Shape&, const std::array<Shape, 2>&);
template Strided<3> broadcast(const Shape&, const std::array<Shape, 3>&);

}  // namespace domino::cuda
