#pragma once

#include <string_view>
#include <vector>

#include "domino/layers/rnn/recurrent.h"
#include "domino/layers/rnn/stacked_rnn_cells.h"

namespace domino::layers {

/// Options of RNN; the cell is its constructor's first argument.
struct RNNOptions {
  bool return_sequences = false;
  bool return_state =
      false;  ///< `outputs(x)` also gives the last states of the cell, in their order
  bool go_backwards = false;  ///< outputs are in the order in which the steps are read
  bool stateful = false;      ///< in a Session a call goes on from the states of the one before
  bool unroll = false;        ///< no effect, but for an accident of Keras' rules
  bool zero_output_for_mask = false;
  std::string name = {};
  void fields(Fields& f);
};

/// A recurrent layer made of a cell, or of several in a stack: `RNN(LSTMCell(32))`,
/// `RNN({GRUCell(64), MyCell(32)})`.
///
/// `(batch, steps, features)` becomes `(batch, units)`, the output of the last step, or
/// `(batch, steps, units)` with `return_sequences`. `initial_state` are the states of the cell, each
/// `(batch, units of that state)`; those of a stack one behind the other, without Keras' nesting.
///
/// A masked step is skipped: all states and the output stay as they are (before the first kept step
/// the output is 0), or the output is 0 with `zero_output_for_mask`. The mask, `(batch, steps)` of any
/// type, is handed on with `return_sequences`, in the order of the outputs; states carry none.
///
/// Built-in cells run over all steps at once, as in LSTM; a stack with a cell of yours (see RNNCell)
/// runs step by step. Differs from Keras as LSTM does; a stack of a single cell takes masks.
/// Weights: cell/..., those of a stack cell/cells/lstm_cell/..., cell/cells/lstm_cell_1/...
/// Keras: keras/src/layers/rnn/rnn.py.
class RNN final : public detail::RecurrentLayer<RNN> {
 public:
  static constexpr std::string_view kType = "RNN";
  explicit RNN(const LayerHandle& cell, RNNOptions options = {});
  /// As `RNN(StackedRNNCells(cells))`.
  explicit RNN(std::vector<LayerHandle> cells, RNNOptions options = {});

  Config config() const override;
  static RNN from_config(const Config& config);
  std::vector<std::size_t> nesting(std::string_view argument) const override;

 private:
  const RNNOptions options_;
};

}  // namespace domino::layers
