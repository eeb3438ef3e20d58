#include "domino/layers/convolutional/depthwise_conv1d.h"

#include <utility>

#include "domino/layers/check_shape.h"
#include "domino/layers/options.h"
#include "domino/layers/same_padding.h"

namespace domino::layers {

void DepthwiseConv1DOptions::fields(Fields& f) {
  f("depth_multiplier", depth_multiplier);
  detail::convolution_fields(f, *this);
  f("depthwise_initializer", depthwise_initializer);
  f("bias_initializer", bias_initializer);
}

DepthwiseConv1D::DepthwiseConv1D(int kernel_size, DepthwiseConv1DOptions options)
    : DepthwiseConv1D(with(&DepthwiseConv1DOptions::kernel_size, kernel_size, std::move(options))) {
}

DepthwiseConv1D::DepthwiseConv1D(DepthwiseConv1DOptions options)
    : UnaryLayer(options.name),
      options_(std::move(options)),
      convolution_(detail::convolution_of(kType, options_)) {
  one_number(kType, "depth_multiplier", options_.depth_multiplier);
  is_same(kType, options_.padding);
  check_initializers(kType, {options_.depthwise_initializer, options_.bias_initializer});
}

void DepthwiseConv1D::build(const Shape& input) const {
  detail::check_convolvable(convolution_, input);
  const std::int64_t features = input[detail::features_axis(convolution_)];
  const std::int64_t outputs = features == kAny ? kAny : features * options_.depth_multiplier;
  add_weight("kernel", {convolution_.kernel_size, features, options_.depth_multiplier},
             options_.depthwise_initializer);
  if (options_.use_bias) add_weight("bias", {outputs}, options_.bias_initializer);
}

Tensor DepthwiseConv1D::call(const Tensor& input) const {
  detail::check_convolvable_by_feature(convolution_, input);
  const Tensor kernel = weight("kernel");
  check_built_for(kernel.size(1), input.shape(), detail::features_axis(convolution_));
  return run_convolution(convolution_, input, [&](const Tensor& x, op::UnaryKind activation) {
    return convolve_by_feature(convolution_, x, kernel, optional_weight("bias"), activation);
  });
}

}  // namespace domino::layers
