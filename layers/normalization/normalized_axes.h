#pragma once

#include <string_view>

#include "domino/backends/ops.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Throws ValueError, naming `layer`, unless `axis` names an axis or several.
void check_axes(std::string_view layer, const Integers& axis);

/// In Keras' order, which is that of the weights: as the numbers are, -1 before 1.
ops::Axes sorted_axes(const Integers& axis);

/// The sizes of a weight for `axes` of the input.
Shape sizes_along(const Shape& input, const ops::Axes& axes);

/// Throws ShapeError unless the weight, which may be undefined, was built for `axes` of this input.
void check_weight(const Tensor& weight, const Shape& input, const ops::Axes& axes);

/// A weight of the sizes of `axes`, shaped to broadcast to `x`.
Tensor beside(const Tensor& x, const Tensor& weight, const ops::Axes& axes);

/// What was computed of `x` in its dtype: as in Keras, of integers the fractions are cut off.
Tensor in_dtype_of(const Tensor& x, const Tensor& computed);

}  // namespace domino::layers
