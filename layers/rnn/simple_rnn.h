#pragma once

#include "domino/layers/activations/activation_function.h"
#include "domino/layers/rnn/recurrent.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of SimpleRNNCell; `units` is its constructor's first argument.
struct SimpleRNNCellOptions {
  int units = 0;
  ActivationSpec activation = "tanh";
  bool use_bias = true;
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec recurrent_initializer = "orthogonal";
  InitializerSpec bias_initializer = "zeros";
  double dropout = 0.0;            ///< no effect at inference
  double recurrent_dropout = 0.0;  ///< no effect at inference
  Seed seed = {};
  std::string name = {};
  void fields(Fields& f);
};

/// One step of SimpleRNN, for RNN: `cell(x, {h})` takes (batch, features) and h, (batch,
/// units), and gives the output and the new h.
///
/// It knows no masks; RNN applies them. Weights: kernel, recurrent_kernel, bias.
/// Keras: keras/src/layers/rnn/simple_rnn.py.
class SimpleRNNCell final : public detail::BuiltInCell<SimpleRNNCell, SimpleRNNCellOptions> {
 public:
  static constexpr std::string_view kType = "SimpleRNNCell";
  static constexpr op::CellKind kCell = op::CellKind::SimpleRNN;
  explicit SimpleRNNCell(SimpleRNNCellOptions options);
  /// `RNN(SimpleRNNCell(32))`.
  explicit SimpleRNNCell(int units, SimpleRNNCellOptions options = {});
};

/// Options of SimpleRNN; `units` is its constructor's first argument.
struct SimpleRNNOptions {
  int units = 0;
  ActivationSpec activation = "tanh";
  bool use_bias = true;
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec recurrent_initializer = "orthogonal";
  InitializerSpec bias_initializer = "zeros";
  double dropout = 0.0;            ///< no effect at inference
  double recurrent_dropout = 0.0;  ///< no effect at inference
  bool return_sequences = false;
  bool return_state = false;  ///< `outputs(x)` also gives the last h
  bool go_backwards = false;  ///< outputs are in the order in which the steps are read
  bool stateful = false;      ///< in a Session a call goes on from the state of the one before
  bool unroll = false;        ///< no effect, but for an accident of Keras' rules
  bool zero_output_for_mask = false;
  std::string name = {};
  void fields(Fields& f);
};

/// A recurrent layer whose output is fed back: h = activation(x kernel + h recurrent_kernel + bias).
///
/// `(batch, steps, features)` becomes `(batch, units)`, the output of the last step, or
/// `(batch, steps, units)` with `return_sequences`. `initial_state` is h, `(batch, units)`.
///
/// A masked step is skipped: h and the output stay as they are (before the first kept step the output
/// is 0), or the output is 0 with `zero_output_for_mask`. The mask, `(batch, steps)` of any type, is
/// handed on with `return_sequences`, in the order of the outputs; the state carries none.
///
/// Differs from Keras as LSTM does.
/// Weights: cell/kernel, cell/recurrent_kernel, cell/bias.
/// Keras: keras/src/layers/rnn/simple_rnn.py.
class SimpleRNN final : public detail::LayerOfCell<SimpleRNN, SimpleRNNCell, SimpleRNNOptions> {
 public:
  static constexpr std::string_view kType = "SimpleRNN";
  explicit SimpleRNN(SimpleRNNOptions options);
  /// `SimpleRNN(32, {.return_sequences = true})`.
  explicit SimpleRNN(int units, SimpleRNNOptions options = {});
};

}  // namespace domino::layers
