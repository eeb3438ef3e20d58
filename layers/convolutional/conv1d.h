#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/convolutional/convolution.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of Conv1D; the first two are its constructor's first arguments.
struct Conv1DOptions {
  int filters = 0;
  Integers kernel_size = {};
  Integers strides = 1;
  std::string padding = "valid";              ///< or "same", or "causal": no step sees a later one
  std::string data_format = "channels_last";  ///< or "channels_first": (batch, features, steps)
  Integers dilation_rate = 1;
  int groups = 1;
  ActivationSpec activation = "linear";
  bool use_bias = true;
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  std::string name = {};
  void fields(Fields& f);
};

/// A convolution over the steps of a sequence.
///
/// `(batch, steps, features)` becomes `(batch, new steps, filters)`. Masked steps take part as they
/// are, and the mask ends here, with a warning. Weights: `kernel` (kernel_size, features / groups,
/// filters), `bias` (filters). Keras: keras/src/layers/convolutional/conv1d.py; without LoRA.
class Conv1D final : public UnaryLayer<Conv1D> {
 public:
  static constexpr std::string_view kType = "Conv1D";
  using Options = Conv1DOptions;

  Conv1D(int filters, int kernel_size, Conv1DOptions options = {});
  explicit Conv1D(Conv1DOptions options);
  const Conv1DOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  const Conv1DOptions options_;
  const detail::Convolution convolution_;
};

}  // namespace domino::layers
