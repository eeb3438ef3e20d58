#include "domino/backends/reference/walk.h"

namespace domino::reference {

Strides strides_of(const Shape& shape) {
  Strides strides(shape.sizes().size());
  std::int64_t stride = 1;
  for (std::size_t axis = strides.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= shape.sizes()[axis];
  }
  return strides;
}

Strides broadcast_strides(const Shape& shape, const Shape& to) {
  const Strides own = strides_of(shape);
  Strides strides(to.sizes().size(), 0);
  const std::size_t new_axes = strides.size() - own.size();
  for (std::size_t axis = 0; axis < own.size(); ++axis) {
    if (shape.sizes()[axis] != 1) strides[new_axes + axis] = own[axis];
  }
  return strides;
}

Fold fold_around(const Shape& shape, int axis) {
  Fold fold;
  for (int i = 0; i < axis; ++i) fold.outer *= shape[i];
  fold.size = shape[axis];
  for (int i = axis + 1; i < shape.rank(); ++i) fold.inner *= shape[i];
  return fold;
}

}  // namespace domino::reference
