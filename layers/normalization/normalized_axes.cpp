#include "domino/layers/normalization/normalized_axes.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "domino/core/check.h"
#include "domino/layers/check_shape.h"

namespace domino::layers {

void check_axes(std::string_view layer, const Integers& axis) {
  check<ValueError>(!axis.values().empty(),
                    "{}: axis names no axis; expected one, as in -1, or several", layer);
}

ops::Axes sorted_axes(const Integers& axis) {
  ops::Axes axes = axis.axes();
  std::sort(axes.begin(), axes.end());
  return axes;
}

Shape sizes_along(const Shape& input, const ops::Axes& axes) {
  std::vector<std::int64_t> sizes;
  for (const int axis : axes) sizes.push_back(input[axis]);
  return Shape(std::move(sizes));
}

void check_weight(const Tensor& weight, const Shape& input, const ops::Axes& axes) {
  if (!weight.defined()) return;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    check_built_for(weight.size(static_cast<int>(i)), input, axes[i]);
  }
}

Tensor beside(const Tensor& x, const Tensor& weight, const ops::Axes& axes) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(x.rank()), 1);
  for (const int axis : axes) {
    sizes[static_cast<std::size_t>(x.shape().axis(axis))] = x.size(axis);
  }
  return ops::reshape(weight, Shape(std::move(sizes)));
}

Tensor in_dtype_of(const Tensor& x, const Tensor& computed) {
  return is_floating(x.dtype()) ? computed : ops::cast(computed, x.dtype());
}

}  // namespace domino::layers
