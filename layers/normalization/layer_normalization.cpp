#include "domino/layers/normalization/layer_normalization.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/check_shape.h"

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
  check<ValueError>(!options_.axis.values().empty(),
                    "LayerNormalization: axis names no axis; expected one, as in -1, or several");
  check_initializers(kType, {options_.beta_initializer, options_.gamma_initializer});
  set_supports_masking(true);
}

namespace {

/// In Keras' order, which is that of the weights: as the numbers are, -1 before 1.
ops::Axes sorted_axes(const Integers& axis) {
  ops::Axes axes = axis.axes();
  std::sort(axes.begin(), axes.end());
  return axes;
}

void check_weight(const Tensor& weight, const Shape& input, const ops::Axes& axes) {
  if (!weight.defined()) return;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    check_built_for(weight.size(static_cast<int>(i)), input, axes[i]);
  }
}

/// A weight of the sizes of `axes`, shaped to broadcast to `x`.
Tensor beside(const Tensor& x, const Tensor& weight, const ops::Axes& axes) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(x.rank()), 1);
  for (const int axis : axes) {
    sizes[static_cast<std::size_t>(x.shape().axis(axis))] = x.size(axis);
  }
  return ops::reshape(weight, Shape(std::move(sizes)));
}

}  // namespace

void LayerNormalization::build(const Shape& input) const {
  std::vector<std::int64_t> sizes;
  for (const int axis : sorted_axes(options_.axis)) sizes.push_back(input[axis]);
  const bool scale = options_.scale || options_.rms_scaling;
  if (scale) add_weight("gamma", Shape(sizes), options_.gamma_initializer);
  if (options_.center && !options_.rms_scaling) {
    add_weight("beta", Shape(sizes), options_.beta_initializer);
  }
}

Tensor LayerNormalization::call(const Tensor& input) const {
  const Tensor x = ops::cast(input, DType::Float32);
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

}  // namespace domino::layers
