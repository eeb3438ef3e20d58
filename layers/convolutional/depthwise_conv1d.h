#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/convolutional/convolution.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of DepthwiseConv1D; `kernel_size` is its constructor's first argument.
struct DepthwiseConv1DOptions {
  Integers kernel_size = {};
  Integers strides = 1;
  std::string padding = "valid";              ///< or "same"
  int depth_multiplier = 1;                   ///< outputs of each feature
  std::string data_format = "channels_last";  ///< or "channels_first": (batch, features, steps)
  Integers dilation_rate = 1;
  ActivationSpec activation = "linear";
  bool use_bias = true;
  InitializerSpec depthwise_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  std::string name = {};
  void fields(Fields& f);
};

/// A convolution over the steps of a sequence that keeps the features apart.
///
/// `(batch, steps, features)` becomes `(batch, new steps, features * depth_multiplier)`, the outputs of
/// one feature side by side. Masked steps take part as they are, and the mask ends here, with a
/// warning. Weights: `kernel` (kernel_size, features, depth_multiplier), `bias` (features *
/// depth_multiplier). Keras: keras/src/layers/convolutional/depthwise_conv1d.py.
class DepthwiseConv1D final : public UnaryLayer<DepthwiseConv1D> {
 public:
  static constexpr std::string_view kType = "DepthwiseConv1D";
  using Options = DepthwiseConv1DOptions;

  explicit DepthwiseConv1D(int kernel_size, DepthwiseConv1DOptions options = {});
  explicit DepthwiseConv1D(DepthwiseConv1DOptions options);
  const DepthwiseConv1DOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  const DepthwiseConv1DOptions options_;
  const detail::Convolution convolution_;
};

}  // namespace domino::layers
