#include "domino/layers/normalization/rms_normalization.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/normalization/normalized_axes.h"

namespace domino::layers {

void RMSNormalizationOptions::fields(Fields& f) {
  f("axis", axis);
  f("epsilon", epsilon);
}

RMSNormalization::RMSNormalization(RMSNormalizationOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_axes(kType, options_.axis);
}

void RMSNormalization::build(const Shape& input) const {
  const ops::Axes axes = sorted_axes(options_.axis);
  add_weight("scale", sizes_along(input, axes), InitializerSpec("ones"));
}

Tensor RMSNormalization::call(const Tensor& input) const {
  const ops::Axes axes = sorted_axes(options_.axis);
  const Tensor scale = weight("scale");
  check_weight(scale, input.shape(), axes);
  check(broadcasts(scale.shape(), input.shape()),
        "multiplies the last axes of {} with its scale of {}, the sizes of its axes {}, as Keras "
        "does; give the last axes",
        input.shape(), scale.shape(), fmt::join(axes, ", "));
  const Tensor x = ops::cast(input, DType::Float32);
  const Tensor squares = ops::mean(ops::square(x), axes, true);
  const Tensor y = ops::multiply(x, ops::rsqrt(ops::add(squares, options_.epsilon)));
  return in_dtype_of(input, ops::multiply(y, scale));
}

}  // namespace domino::layers
