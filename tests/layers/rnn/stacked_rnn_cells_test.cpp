#include "domino/layers/rnn/stacked_rnn_cells.h"

#include <gtest/gtest.h>

#include "domino/layers/core/dense.h"
#include "domino/layers/rnn/gru.h"
#include "domino/layers/rnn/lstm.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

TEST(StackedRNNCellsTest, DoesAsKeras) { testing::expect_parity("stacked_rnn_cells"); }

TEST(StackedRNNCellsTest, HasTheStatesOfItsCells) {
  const StackedRNNCells cells({LSTMCell(3), GRUCell(2)});
  EXPECT_EQ(cells.state_sizes(), (std::vector<std::int64_t>{3, 3, 2}));
  EXPECT_EQ(cells.output_size(), 2);
  const Tensors states = cells.initial_state(4);
  ASSERT_EQ(states.size(), 3U);
  EXPECT_EQ(cells(ops::ones({4, 5}), states).size(), 4U);
}

TEST(StackedRNNCellsTest, TakesCellsOnly) {
  EXPECT_EQ(testing::error_of([] {
              return StackedRNNCells({LSTMCell(3), Dense(2, {.name = "d"})});
            }),
            "StackedRNNCells: Dense 'd' is no cell; give LSTMCell, GRUCell, SimpleRNNCell, "
            "StackedRNNCells or a layer derived from RNNCell");
}

}  // namespace
}  // namespace domino::layers
