#pragma once

#include "domino/layers/activations/activation_function.h"
#include "domino/layers/convolutional/convolution.h"
#include "domino/layers/rnn/recurrent.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of ConvLSTM1D; the first two are its constructor's first arguments.
struct ConvLSTM1DOptions {
  int filters = 0;
  Integers kernel_size = {};
  Integers strides = 1;
  std::string padding = "valid";  ///< or "same"
  std::string data_format =
      "channels_last";  ///< or "channels_first": (batch, steps, features, rows)
  Integers dilation_rate = 1;
  ActivationSpec activation = "tanh";
  ActivationSpec recurrent_activation = "sigmoid";
  bool use_bias = true;
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec recurrent_initializer = "orthogonal";
  InitializerSpec bias_initializer = "zeros";
  bool unit_forget_bias = true;    ///< the forget gate's bias starts at 1
  double dropout = 0.0;            ///< no effect at inference
  double recurrent_dropout = 0.0;  ///< no effect at inference
  Seed seed = {};
  bool return_sequences = false;
  bool return_state = false;  ///< `outputs(x)` also gives the last h and c
  bool go_backwards = false;  ///< outputs are in the order in which the steps are read
  bool stateful = false;      ///< in a Session a call goes on from the states of the one before
  bool unroll = false;        ///< no effect, but for an accident of Keras' rules
  bool zero_output_for_mask = false;
  std::string name = {};
  void fields(Fields& f);
};

/// An LSTM whose steps are sequences themselves, and whose products are convolutions over their rows.
///
/// `(batch, steps, rows, features)` becomes `(batch, new rows, filters)`, the output of the last step,
/// or `(batch, steps, new rows, filters)` with `return_sequences`. `initial_state` is h and c,
/// `(batch, new rows, filters)` each; they are convolved with padding "same".
///
/// The mask, `(batch, steps)` of any type, means whole steps, and is used and handed on as by LSTM.
/// Differs from Keras as LSTM does; the number of rows may be unknown in a model, and "channels_first"
/// is computed, which Keras does not on the CPU.
/// Weights: cell/kernel (kernel_size, features, 4 filters), cell/recurrent_kernel (kernel_size,
/// filters, 4 filters), cell/bias (4 filters); gates i, f, c, o.
/// Keras: keras/src/layers/rnn/conv_lstm1d.py.
class ConvLSTM1D final : public detail::RecurrentLayer<ConvLSTM1D> {
 public:
  static constexpr std::string_view kType = "ConvLSTM1D";
  using Options = ConvLSTM1DOptions;

  /// `ConvLSTM1D(8, 3, {.return_sequences = true})`.
  ConvLSTM1D(int filters, int kernel_size, ConvLSTM1DOptions options = {});
  explicit ConvLSTM1D(ConvLSTM1DOptions options);
  const ConvLSTM1DOptions& options() const { return options_; }

 private:
  const ConvLSTM1DOptions options_;
};

}  // namespace domino::layers
