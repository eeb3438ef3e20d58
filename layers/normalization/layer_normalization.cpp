#include "domino/layers/normalization/layer_normalization.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/layers/normalization/normalized_axes.h"

namespace domino::layers {

void LayerNormalizationOptions::fields(Fields& f) {
  f("axis", axis);
  f("epsilon", epsilon);
  f("center", center);
  f("scale", scale);
  f("rms_scaling", rms_scaling);
  f("beta_initializer", beta_initializer);
  f("gamma_initializer", gamma_initializer);
}

LayerNormalization::LayerNormalization(LayerNormalizationOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_axes(kType, options_.axis);
  check_initializers(kType, {options_.beta_initializer, options_.gamma_initializer});
  set_supports_masking(true);
}

void LayerNormalization::build(const Shape& input) const {
  const Shape sizes = sizes_along(input, sorted_axes(options_.axis));
  const bool scale = options_.scale || options_.rms_scaling;
  if (scale) add_weight("gamma", sizes, options_.gamma_initializer);
  if (options_.center && !options_.rms_scaling) {
    add_weight("beta", sizes, options_.beta_initializer);
  }
}

Tensor LayerNormalization::normalised(const Tensor& x) const {
  const ops::Axes axes = sorted_axes(options_.axis);
  const Tensor gamma = optional_weight("gamma");
  const Tensor beta = optional_weight("beta");
  check_weight(gamma, x.shape(), axes);
  check_weight(beta, x.shape(), axes);
  const bool over_last = axes.size() == 1 && x.shape().axis(axes[0]) == x.rank() - 1;
  if (over_last && !options_.rms_scaling) {
    return ops::layer_norm(x, gamma, beta, options_.epsilon);
  }
  const Tensor centered = ops::subtract(x, ops::mean(x, axes, true));
  const Tensor variance = ops::mean(ops::square(centered), axes, true);
  const Tensor scale = ops::rsqrt(ops::add(variance, options_.epsilon));
  Tensor y = ops::multiply(options_.rms_scaling ? x : centered, scale);
  if (gamma.defined()) y = ops::multiply(y, beside(x, gamma, axes));
  if (beta.defined()) y = ops::add(y, beside(x, beta, axes));
  return y;
}

Tensor LayerNormalization::call(const Tensor& x) const {
  const Tensor y = normalised(ops::cast(x, DType::Float32));
  return ops::cast(in_dtype_of(x, y), DType::Float32);
}

}  // namespace domino::layers
