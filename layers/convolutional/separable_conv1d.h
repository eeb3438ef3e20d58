#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/convolutional/convolution.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of SeparableConv1D; the first two are its constructor's first arguments.
struct SeparableConv1DOptions {
  int filters = 0;
  Integers kernel_size = {};
  Integers strides = 1;
  std::string padding = "valid";              ///< or "same"
  std::string data_format = "channels_last";  ///< or "channels_first": (batch, features, steps)
  Integers dilation_rate = 1;
  int depth_multiplier = 1;  ///< outputs of each feature before they are mixed
  ActivationSpec activation = "linear";
  bool use_bias = true;
  InitializerSpec depthwise_initializer = "glorot_uniform";
  InitializerSpec pointwise_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  std::string name = {};
  void fields(Fields& f);
};

/// A convolution over the steps of a sequence, feature by feature, and a mixture of the features at
/// every step.
///
/// `(batch, steps, features)` becomes `(batch, new steps, filters)`. Masked steps take part as they
/// are, and the mask ends here, with a warning. Weights: `depthwise_kernel` (kernel_size, features,
/// depth_multiplier), `pointwise_kernel` (1, features * depth_multiplier, filters), `bias` (filters).
/// Keras: keras/src/layers/convolutional/separable_conv1d.py.
class SeparableConv1D final : public UnaryLayer<SeparableConv1D> {
 public:
  static constexpr std::string_view kType = "SeparableConv1D";
  using Options = SeparableConv1DOptions;

  SeparableConv1D(int filters, int kernel_size, SeparableConv1DOptions options = {});
  explicit SeparableConv1D(SeparableConv1DOptions options);
  const SeparableConv1DOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  const SeparableConv1DOptions options_;
  const detail::Convolution convolution_;
};

}  // namespace domino::layers
