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

namespace {

void check_last(const Shape& input, const ops::Axes& axes) {
  const int first = input.rank() - static_cast<int>(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    check<ValueError>(input.axis(axes[i]) == first + static_cast<int>(i),
                      "its axes {} are not the last of {}, along which it multiplies with scale",
                      fmt::join(axes, ", "), input);
  }
}

}  // namespace

void RMSNormalization::build(const Shape& input) const {
  const ops::Axes axes = sorted_axes(options_.axis);
  check_last(input, axes);
  add_weight("scale", sizes_along(input, axes), InitializerSpec("ones"));
}

Tensor RMSNormalization::call(const Tensor& input) const {
  const ops::Axes axes = sorted_axes(options_.axis);
  const Tensor scale = weight("scale");
  check_last(input.shape(), axes);
  check_weight(scale, input.shape(), axes);
  const Tensor x = ops::cast(input, DType::Float32);
  const Tensor squares = ops::mean(ops::square(x), axes, true);
  return ops::multiply(ops::multiply(x, ops::rsqrt(ops::add(squares, options_.epsilon))), scale);
}

}  // namespace domino::layers
