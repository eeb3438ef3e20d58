#include "domino/layers/normalization/batch_normalization.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/check_shape.h"

namespace domino::layers {

void BatchNormalizationOptions::fields(Fields& f) {
  f("axis", axis);
  f("momentum", momentum);
  f("epsilon", epsilon);
  f("center", center);
  f("scale", scale);
  f("beta_initializer", beta_initializer);
  f("gamma_initializer", gamma_initializer);
  f("moving_mean_initializer", moving_mean_initializer);
  f("moving_variance_initializer", moving_variance_initializer);
  f("synchronized", synchronized);
  f("renorm", renorm);
  f("renorm_clipping", renorm_clipping);
  f("renorm_momentum", renorm_momentum);
}

BatchNormalization::BatchNormalization(BatchNormalizationOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_initializers(kType,
                     {options_.beta_initializer, options_.gamma_initializer,
                      options_.moving_mean_initializer, options_.moving_variance_initializer});
  set_supports_masking(true);
}

void BatchNormalization::build(const Shape& input) const {
  const Shape sizes{input[options_.axis]};
  const InitializerSpec& mean = options_.moving_mean_initializer;
  const InitializerSpec& variance = options_.moving_variance_initializer;
  if (options_.scale) add_weight("gamma", sizes, options_.gamma_initializer);
  if (options_.center) add_weight("beta", sizes, options_.beta_initializer);
  add_weight("moving_mean", sizes, mean, false);
  add_weight("moving_variance", sizes, variance, false);
  if (!options_.renorm) return;
  // Keras' files hold them; only training reads them.
  const auto deviation = [&](const Shape& shape, DType dtype) {
    return ops::sqrt(variance(shape, dtype));
  };
  add_weight("moving_stddev", sizes, deviation, false);
  add_weight("renorm_mean", sizes, mean, false);
  add_weight("renorm_stddev", sizes, deviation, false);
}

Tensor BatchNormalization::call(const Tensor& input, const OptionalMask& mask) const {
  check<MaskError>(!mask || mask->shape().rank() == input.rank() - 1,
                   "a mask of shape {} for {}; the mask should have one axis less than the input",
                   mask ? mask->shape() : Shape(), input.shape());
  check_built_for(weight("moving_mean").size(0), input.shape(), options_.axis);
  const Tensor x = ops::cast(input, DType::Float32);
  const int axis = x.shape().axis(options_.axis);
  if (axis == x.rank() - 1) {
    return ops::batch_norm(x, weight("moving_mean"), weight("moving_variance"),
                           optional_weight("gamma"), optional_weight("beta"), options_.epsilon);
  }
  const Shape sizes = Shape(std::vector<std::int64_t>(static_cast<std::size_t>(x.rank()), 1))
                          .with(axis, x.size(axis));
  const auto beside = [&](std::string_view name) { return ops::reshape(weight(name), sizes); };
  Tensor scale = ops::rsqrt(ops::add(beside("moving_variance"), options_.epsilon));
  if (options_.scale) scale = ops::multiply(scale, beside("gamma"));
  const Tensor y = ops::multiply(ops::subtract(x, beside("moving_mean")), scale);
  return options_.center ? ops::add(y, beside("beta")) : y;
}

}  // namespace domino::layers
