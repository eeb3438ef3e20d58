#include "domino/layers/rnn/lstm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/graph/model.h"
#include "domino/layers/core/masking.h"
#include "tests/layers/parity.h"
#include "tests/layers/rnn/recurrent_tests.h"

namespace domino::layers {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

INSTANTIATE_TYPED_TEST_SUITE_P(LSTM, RecurrentTest, LSTM);

TEST(LSTMTest, DoesAsKeras) { testing::expect_parity("lstm"); }
TEST(LSTMCellTest, DoesAsKeras) { testing::expect_parity("lstm_cell"); }
TEST(LSTMTest, KeepsTheConfigurationOfKeras) { testing::expect_config_round_trip("lstm"); }

TEST(LSTMTest, HasKerasWeights) {
  const LSTM layer(2);
  layer(four_steps());
  const std::vector<Variable> weights = layer.weights();
  ASSERT_EQ(weights.size(), 3U);
  EXPECT_EQ(weights[0].path, "cell/kernel");
  EXPECT_EQ(weights[0].value.shape(), (Shape{3, 8}));
  EXPECT_EQ(weights[1].path, "cell/recurrent_kernel");
  EXPECT_EQ(weights[1].value.shape(), (Shape{2, 8}));
  EXPECT_EQ(weights[2].path, "cell/bias");
  EXPECT_TRUE(equal(weights[2].value, Tensor({8}, {0, 0, 1, 1, 0, 0, 0, 0})));
}

TEST(LSTMTest, MayStartWithoutForgetBias) {
  const LSTM layer(2, {.bias_initializer = "ones", .unit_forget_bias = false});
  layer(four_steps());
  EXPECT_TRUE(equal(layer.weights()[2].value, Tensor({8}, {1, 1, 1, 1, 1, 1, 1, 1})));
}

TEST(LSTMTest, TellsThatKerasHandsOnAnUnreversedMask) {
  const SymbolicTensor x = Input({.shape = {kAny, 3}});
  const SymbolicTensor y =
      LSTM(2, {.return_sequences = true, .go_backwards = true, .name = "back"})(Masking()(x));
  EXPECT_THAT(Model(x, y, {.rules = MaskRules::Keras}).report(),
              HasSubstr("    LSTM 'back' reverses the steps but not the mask that it hands on, as "
                        "Keras 3.15 does; rules = intended does not\n"));
  EXPECT_THAT(Model(x, y).report(), Not(HasSubstr("reverses")));
}

}  // namespace
}  // namespace domino::layers
