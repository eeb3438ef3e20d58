#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/convolutional/convolution.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of Conv1DTranspose; the first two are its constructor's first arguments.
struct Conv1DTransposeOptions {
  int filters = 0;
  Integers kernel_size = {};
  Integers strides = 1;
  std::string padding = "valid";              ///< or "same"
  Integers output_padding = {};               ///< more steps behind; none: as many as fit
  std::string data_format = "channels_last";  ///< or "channels_first": (batch, features, steps)
  Integers dilation_rate = 1;
  ActivationSpec activation = "linear";
  bool use_bias = true;
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  std::string name = {};
  void fields(Fields& f);
};

/// A convolution read from its outputs to its inputs: it makes sequences longer, `strides` times.
///
/// `(batch, steps, features)` becomes `(batch, new steps, filters)`; with padding "same" and no
/// output_padding the new steps are steps * strides. Masked steps take part as they are, and the mask
/// ends here, with a warning. Weights: `kernel` (kernel_size, filters, features), `bias` (filters).
/// It computes dilations and "channels_first" too, which Keras does not on the CPU.
/// Keras: keras/src/layers/convolutional/conv1d_transpose.py.
class Conv1DTranspose final : public UnaryLayer<Conv1DTranspose> {
 public:
  static constexpr std::string_view kType = "Conv1DTranspose";
  using Options = Conv1DTransposeOptions;

  Conv1DTranspose(int filters, int kernel_size, Conv1DTransposeOptions options = {});
  explicit Conv1DTranspose(Conv1DTransposeOptions options);
  const Conv1DTransposeOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  void check_input(const Shape& input) const;
  std::int64_t output_steps(std::int64_t steps) const;
  Tensor spread(const Tensor& x, const Tensor& kernel, op::UnaryKind activation) const;

  const Conv1DTransposeOptions options_;
  const detail::Convolution convolution_;
  const bool same_;
};

}  // namespace domino::layers
