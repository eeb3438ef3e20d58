#include "domino/layers/rnn/gru.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"
#include "tests/layers/rnn/recurrent_tests.h"

namespace domino::layers {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(GRU, RecurrentTest, GRU);

TEST(GRUTest, DoesAsKeras) { testing::expect_parity("gru"); }
TEST(GRUCellTest, DoesAsKeras) { testing::expect_parity("gru_cell"); }
TEST(GRUTest, KeepsTheConfigurationOfKeras) { testing::expect_config_round_trip("gru"); }

TEST(GRUTest, HasKerasWeights) {
  const GRU after(2);
  after(four_steps());
  const std::vector<Variable> weights = after.weights();
  ASSERT_EQ(weights.size(), 3U);
  EXPECT_EQ(weights[0].path, "cell/kernel");
  EXPECT_EQ(weights[0].value.shape(), (Shape{3, 6}));
  EXPECT_EQ(weights[1].path, "cell/recurrent_kernel");
  EXPECT_EQ(weights[1].value.shape(), (Shape{2, 6}));
  EXPECT_EQ(weights[2].path, "cell/bias");
  EXPECT_EQ(weights[2].value.shape(), (Shape{2, 6}));
  const GRU before(2, {.reset_after = false});
  before(four_steps());
  EXPECT_EQ(before.weights()[2].value.shape(), (Shape{6}));
}

}  // namespace
}  // namespace domino::layers
