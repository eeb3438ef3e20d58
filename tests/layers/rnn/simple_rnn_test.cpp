#include "domino/layers/rnn/simple_rnn.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"
#include "tests/layers/rnn/recurrent_tests.h"

namespace domino::layers {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(SimpleRNN, RecurrentTest, SimpleRNN);

TEST(SimpleRNNTest, DoesAsKeras) { testing::expect_parity("simple_rnn"); }
TEST(SimpleRNNCellTest, DoesAsKeras) { testing::expect_parity("simple_rnn_cell"); }
TEST(SimpleRNNTest, KeepsTheConfigurationOfKeras) {
  testing::expect_config_round_trip("simple_rnn");
}

TEST(SimpleRNNTest, HasKerasWeights) {
  const SimpleRNN layer(2);
  layer(four_steps());
  const std::vector<Variable> weights = layer.weights();
  ASSERT_EQ(weights.size(), 3U);
  EXPECT_EQ(weights[0].path, "cell/kernel");
  EXPECT_EQ(weights[0].value.shape(), (Shape{3, 2}));
  EXPECT_EQ(weights[1].path, "cell/recurrent_kernel");
  EXPECT_EQ(weights[1].value.shape(), (Shape{2, 2}));
  EXPECT_EQ(weights[2].path, "cell/bias");
  EXPECT_EQ(weights[2].value.shape(), (Shape{2}));
}

}  // namespace
}  // namespace domino::layers
