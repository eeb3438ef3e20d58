#pragma once

#include "domino/layers/activations/activation_function.h"
#include "domino/layers/rnn/recurrent.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of LSTMCell; `units` is its constructor's first argument.
struct LSTMCellOptions {
  int units = 0;
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
  std::string name = {};
  void fields(Fields& f);
};

/// One step of LSTM, for RNN: `cell(x, {h, c})` takes (batch, features) and h and c,
/// (batch, units) each, and gives the output and the new h and c.
///
/// It knows no masks; RNN applies them. Weights: kernel, recurrent_kernel, bias; gates i, f, c, o.
/// Keras: keras/src/layers/rnn/lstm.py.
class LSTMCell final : public detail::BuiltInCell<LSTMCell, LSTMCellOptions> {
 public:
  static constexpr std::string_view kType = "LSTMCell";
  static constexpr op::CellKind kCell = op::CellKind::LSTM;
  explicit LSTMCell(LSTMCellOptions options);
  /// `RNN(LSTMCell(32))`.
  explicit LSTMCell(int units, LSTMCellOptions options = {});
};

/// Options of LSTM; `units` is its constructor's first argument.
struct LSTMOptions {
  int units = 0;
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

/// Long short-term memory (Hochreiter 1997).
///
/// `(batch, steps, features)` becomes `(batch, units)`, the output of the last step, or
/// `(batch, steps, units)` with `return_sequences`. `initial_state` is h and c, `(batch, units)` each.
///
/// A masked step is skipped: h, c and the output stay as they are (before the first kept step the
/// output is 0), or the output is 0 with `zero_output_for_mask`. The mask, `(batch, steps)` of any
/// type, is handed on with `return_sequences`, in the order of the outputs; states carry none.
///
/// Differs from Keras: `stateful` keeps its states in a Session, not in the layer, and is no matter
/// of building. Rules = Keras hands on an unreversed mask with `go_backwards`, and ignores the carried
/// mask beside `initial_state`. Activations that mix units, such as softmax, are slow.
/// Weights: cell/kernel, cell/recurrent_kernel, cell/bias; gates i, f, c, o.
/// Keras: keras/src/layers/rnn/lstm.py.
class LSTM final : public detail::LayerOfCell<LSTM, LSTMCell, LSTMOptions> {
 public:
  static constexpr std::string_view kType = "LSTM";
  explicit LSTM(LSTMOptions options);
  /// `LSTM(32, {.return_sequences = true})`.
  explicit LSTM(int units, LSTMOptions options = {});
};

}  // namespace domino::layers
