#include "domino/layers/rnn/rnn.h"

#include <gtest/gtest.h>

#include "domino/graph/registry.h"
#include "domino/layers/rnn/gru.h"
#include "domino/layers/rnn/lstm.h"
#include "domino/layers/rnn/simple_rnn.h"
#include "tests/layers/rnn/own_cells.h"
#include "tests/layers/rnn/recurrent_tests.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::MinimalRNNCell;
using testing::ProjectedCell;

std::vector<std::string> paths(const Layer& layer) {
  std::vector<std::string> paths;
  for (const Variable& weight : layer.weights()) paths.push_back(weight.path);
  return paths;
}

TEST(RNNTest, DoesAsKeras) {
  testing::register_own_cells();
  testing::expect_parity("rnn");
}

TEST(RNNTest, IsALSTMAroundAnLSTMCell) {
  const LSTM lstm(2, {.return_sequences = true});
  const RNN rnn(LSTMCell(2), {.return_sequences = true});
  const Tensor x = four_steps().with_mask(Mask({2, 4}, {1, 1, 0, 0, 1, 0, 1, 1}));
  lstm(x);
  rnn(x);
  rnn.set_weights(lstm.get_weights());
  EXPECT_EQ(paths(rnn), paths(lstm));
  EXPECT_TRUE(equal(rnn(x), lstm(x)));
  EXPECT_EQ(*rnn(x).mask(), *x.mask());
}

TEST(RNNTest, NamesTheWeightsOfAStackAsKerasDoes) {
  const RNN rnn({LSTMCell(3), LSTMCell(2), GRUCell(2, {.use_bias = false})});
  rnn(four_steps());
  EXPECT_EQ(paths(rnn),
            (std::vector<std::string>{
                "cell/cells/lstm_cell/kernel", "cell/cells/lstm_cell/recurrent_kernel",
                "cell/cells/lstm_cell/bias", "cell/cells/lstm_cell_1/kernel",
                "cell/cells/lstm_cell_1/recurrent_kernel", "cell/cells/lstm_cell_1/bias",
                "cell/cells/gru_cell/kernel", "cell/cells/gru_cell/recurrent_kernel"}));
}

/// Keras nests the states of a stack of LSTMs; tests/parity cannot say so.
TEST(RNNTest, StartsAStackFromItsStates) {
  const RNN whole({LSTMCell(3), GRUCell(2)}, {.return_state = true});
  const Tensors all = whole.outputs(four_steps());
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[1].shape(), (Shape{2, 3}));
  EXPECT_EQ(all[3].shape(), (Shape{2, 2}));
  const Tensors first = whole.outputs(steps(0, 3));
  const Tensors rest =
      whole.outputs(steps(3, 4), {.initial_state = {first.begin() + 1, first.end()}});
  for (std::size_t i = 0; i < all.size(); ++i) expect_near(rest[i], all[i]);
}

TEST(RNNTest, TakesMasksAroundAStackOfOneCell) {
  const RNN stack(LayerHandle(StackedRNNCells({GRUCell(2)})));
  const RNN plain(GRUCell(2));
  const Tensor x = four_steps().with_mask(Mask({2, 4}, {1, 1, 0, 0, 1, 0, 1, 1}));
  stack(x);
  plain(x);
  stack.set_weights(plain.get_weights());
  EXPECT_TRUE(equal(stack(x), plain(x)));
}

TEST(RNNTest, GoesOnInASessionWithAnyCell) {
  const RNN layer({MinimalRNNCell({.units = 3}), LSTMCell(2)}, {.stateful = true});
  const Tensor whole = layer(four_steps());
  Session session;
  layer(steps(0, 2));
  expect_near(layer(steps(2, 4)), whole);
  session.reset();
  expect_near(layer(four_steps()), whole);
}

TEST(RNNTest, IsWiredWithUnknownSizesAroundAnyCell) {
  const RNN layer({ProjectedCell({.units = 3}), LSTMCell(2)},
                  {.return_sequences = true, .return_state = true});
  const SymbolicTensors outputs = layer.outputs(Input({.shape = {kAny, 3}}));
  ASSERT_EQ(outputs.size(), 5U);
  EXPECT_EQ(outputs[0].shape(), (Shape{kAny, kAny, 2}));
  EXPECT_EQ(outputs[1].shape(), (Shape{kAny, 3}));
  EXPECT_EQ(outputs[2].shape(), (Shape{kAny, 1}));
  EXPECT_EQ(layer.weights()[2].value.shape(), (Shape{2, 8}));  // the LSTM reads the 2 features
}

TEST(RNNTest, ComesBackFromItsConfigurationWithACellOfOnesOwn) {
  testing::register_own_cells();
  const RNN layer({ProjectedCell({.units = 3, .name = "own"}), LSTMCell(2)},
                  {.go_backwards = true, .name = "whole"});
  const LayerHandle again = deserialize_layer(serialize_layer(layer));
  EXPECT_EQ(again->config(), layer.config());
  EXPECT_EQ(again->name(), "whole");
}

TEST(RNNTest, SaysWhichCellItNeeds) {
  EXPECT_EQ(
      error_of([] { return RNN(LSTM(2, {.name = "inner"})); }),
      "RNN: LSTM 'inner' is no cell; give LSTMCell, GRUCell, SimpleRNNCell, StackedRNNCells or a "
      "layer derived from RNNCell");
  EXPECT_EQ(error_of([] { return RNN(LayerHandle()); }),
            "RNN: no cell is given; give one, as in RNN(LSTMCell(32))");
  EXPECT_EQ(error_of([] { return RNN(std::vector<LayerHandle>{}); }),
            "StackedRNNCells: the list of cells is empty; give at least one");
  EXPECT_EQ(error_of([] { return GRUCell(0); }), "GRUCell: units is 0; expected at least 1");
}

TEST(RNNTest, SaysWhichStepsMasksAndStatesItNeeds) {
  const RNN layer(LayerHandle(MinimalRNNCell({.units = 2})));
  layer(four_steps());
  EXPECT_EQ(
      error_of([&] {
        return layer(ops::zeros({2, 0, 3}));
      }),
      "RNN (unnamed) on (2, 0, 3): a sequence without steps, (2, 0, 3); a recurrent layer needs "
      "at least one");
  EXPECT_EQ(error_of([&] {
              return layer(ops::zeros({2, 3}));
            }),
            "RNN (unnamed) on (2, 3): needs (batch, steps, features), got (2, 3); give a single "
            "sequence a batch axis with shape (1, steps, features)");
  EXPECT_EQ(error_of([&] {
              return layer(four_steps(), {.mask = Mask({2, 3}, {1, 1, 1, 1, 1, 1})});
            }),
            "RNN (unnamed) on (2, 4, 3): a mask of shape (2, 3) for a sequence of shape (2, 4, 3); "
            "expected (batch, steps), here (2, 4)");
  EXPECT_EQ(error_of([&] {
              return layer(four_steps(), {.initial_state = {ops::zeros({2, 5})}});
            }),
            "RNN (unnamed) on (2, 4, 3), (2, 5): its initial_state 0 has shape (2, 5), expected "
            "(batch, units), here (2, 2)");
}

TEST(CellTest, SaysWhatOneStepNeeds) {
  const LSTMCell cell(2, {.name = "c"});
  const Tensor state = ops::zeros({2, 2});
  EXPECT_EQ(
      error_of([&] {
        return cell(four_steps(), {state, state});
      }),
      "LSTMCell 'c' on (2, 4, 3), (2, 2), (2, 2): needs one step, (batch, features), got (2, 4, "
      "3); RNN runs it over all steps");
  EXPECT_EQ(error_of([&] {
              return cell(ops::zeros({2, 3}), {state});
            }),
            "LSTMCell 'c' on (2, 3), (2, 2): its states has 2 tensors, got 1: h, c");
}

/// Gives no state back.
class StatelessCell final : public RNNCell<StatelessCell> {
 public:
  static constexpr std::string_view kType = "StatelessCell";
  std::vector<std::int64_t> state_sizes() const override { return {3}; }
  Tensors step(const Tensor& inputs, const Tensors&) const { return {ops::tanh(inputs)}; }
};

TEST(RNNTest, SaysThatACellForgetsItsStates) {
  EXPECT_EQ(
      error_of([] { return RNN(LayerHandle(StatelessCell()))(four_steps()); }),
      "RNN (unnamed) on (2, 4, 3): its cell, StatelessCell (unnamed), gives 1 tensors; expected "
      "the output and as many states as it has, here 1");
}

}  // namespace
}  // namespace domino::layers
