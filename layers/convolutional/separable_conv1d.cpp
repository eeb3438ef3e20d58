#include "domino/layers/convolutional/separable_conv1d.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/options.h"
#include "domino/layers/same_padding.h"

namespace domino::layers {

void SeparableConv1DOptions::fields(Fields& f) {
  f("depth_multiplier", depth_multiplier);
  f("filters", filters);
  detail::convolution_fields(f, *this);
  f("depthwise_initializer", depthwise_initializer);
  f("pointwise_initializer", pointwise_initializer);
  f("bias_initializer", bias_initializer);
}

SeparableConv1D::SeparableConv1D(int filters, int kernel_size, SeparableConv1DOptions options)
    : SeparableConv1D(
          with(&SeparableConv1DOptions::filters, filters,
               with(&SeparableConv1DOptions::kernel_size, kernel_size, std::move(options)))) {}

SeparableConv1D::SeparableConv1D(SeparableConv1DOptions options)
    : UnaryLayer(options.name),
      options_(std::move(options)),
      convolution_(detail::convolution_of(kType, options_)) {
  check<ValueError>(options_.filters > 0, "SeparableConv1D: filters is {}; expected at least 1",
                    options_.filters);
  one_number(kType, "depth_multiplier", options_.depth_multiplier);
  is_same(kType, options_.padding);
  check_initializers(kType, {options_.depthwise_initializer, options_.pointwise_initializer,
                             options_.bias_initializer});
}

void SeparableConv1D::build(const Shape& input) const {
  detail::check_convolvable(convolution_, input);
  const std::int64_t features = input[detail::features_axis(convolution_)];
  const std::int64_t apart = features == kAny ? kAny : features * options_.depth_multiplier;
  add_weight("depthwise_kernel", {convolution_.kernel_size, features, options_.depth_multiplier},
             options_.depthwise_initializer);
  add_weight("pointwise_kernel", {1, apart, options_.filters}, options_.pointwise_initializer);
  if (options_.use_bias) add_weight("bias", {options_.filters}, options_.bias_initializer);
}

Tensor SeparableConv1D::call(const Tensor& input) const {
  detail::check_convolvable_by_feature(convolution_, input);
  const Tensor kernel = weight("depthwise_kernel");
  check_built_for(kernel.size(1), input.shape(), detail::features_axis(convolution_));
  return run_convolution(convolution_, input, [&](const Tensor& x, op::UnaryKind activation) {
    const Tensor apart = convolve_by_feature(convolution_, x, kernel, {}, op::UnaryKind::Linear);
    return ops::dense(apart, ops::squeeze(weight("pointwise_kernel"), 0), optional_weight("bias"),
                      activation);
  });
}

}  // namespace domino::layers
