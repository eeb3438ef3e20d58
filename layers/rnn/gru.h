#pragma once

#include "domino/layers/activations/activation_function.h"
#include "domino/layers/rnn/recurrent.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of GRUCell; `units` is its constructor's first argument.
struct GRUCellOptions {
  int units = 0;
  ActivationSpec activation = "tanh";
  ActivationSpec recurrent_activation = "sigmoid";
  bool use_bias = true;
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec recurrent_initializer = "orthogonal";
  InitializerSpec bias_initializer = "zeros";
  double dropout = 0.0;            ///< no effect at inference
  double recurrent_dropout = 0.0;  ///< no effect at inference
  Seed seed = {};
  bool reset_after = true;  ///< the reset gate acts behind the recurrent product, not before it
  std::string name = {};
  void fields(Fields& f);
};

/// One step of GRU, for RNN: `cell(x, {h})` takes (batch, features) and h, (batch,
/// units), and gives the output and the new h.
///
/// It knows no masks; RNN applies them. Weights: kernel, recurrent_kernel, bias; gates z, r, h.
/// Keras: keras/src/layers/rnn/gru.py.
class GRUCell final : public detail::BuiltInCell<GRUCell, GRUCellOptions> {
 public:
  static constexpr std::string_view kType = "GRUCell";
  static constexpr op::CellKind kCell = op::CellKind::GRU;
  explicit GRUCell(GRUCellOptions options);
  /// `RNN(GRUCell(32))`.
  explicit GRUCell(int units, GRUCellOptions options = {});
};

/// Options of GRU; `units` is its constructor's first argument.
struct GRUOptions {
  int units = 0;
  ActivationSpec activation = "tanh";
  ActivationSpec recurrent_activation = "sigmoid";
  bool use_bias = true;
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec recurrent_initializer = "orthogonal";
  InitializerSpec bias_initializer = "zeros";
  double dropout = 0.0;            ///< no effect at inference
  double recurrent_dropout = 0.0;  ///< no effect at inference
  Seed seed = {};
  bool return_sequences = false;
  bool return_state = false;  ///< `outputs(x)` also gives the last h
  bool go_backwards = false;  ///< outputs are in the order in which the steps are read
  bool stateful = false;      ///< in a Session a call goes on from the state of the one before
  bool unroll = false;        ///< no effect, but for an accident of Keras' rules
  bool reset_after = true;    ///< the reset gate acts behind the recurrent product, not before it
  bool zero_output_for_mask = false;
  std::string name = {};
  void fields(Fields& f);
};

/// Gated recurrent unit (Cho et al. 2014).
///
/// `(batch, steps, features)` becomes `(batch, units)`, the output of the last step, or
/// `(batch, steps, units)` with `return_sequences`. `initial_state` is h, `(batch, units)`.
///
/// A masked step is skipped: h and the output stay as they are (before the first kept step the output
/// is 0), or the output is 0 with `zero_output_for_mask`. The mask, `(batch, steps)` of any type, is
/// handed on with `return_sequences`, in the order of the outputs; the state carries none.
///
/// Differs from Keras as LSTM does.
/// Weights: cell/kernel, cell/recurrent_kernel, cell/bias (two rows with `reset_after`, for the
/// inputs and for h); gates z, r, h.
/// Keras: keras/src/layers/rnn/gru.py.
class GRU final : public detail::LayerOfCell<GRU, GRUCell, GRUOptions> {
 public:
  static constexpr std::string_view kType = "GRU";
  explicit GRU(GRUOptions options);
  /// `GRU(32, {.return_sequences = true})`.
  explicit GRU(int units, GRUOptions options = {});
};

}  // namespace domino::layers
