#include "domino/layers/rnn/conv_lstm1d.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "domino/graph/model.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(ConvLSTM1D, MatchesKeras) { expect_parity("conv_lstm1d"); }

TEST(ConvLSTM1D, KeepsItsConfig) { expect_config_round_trip("conv_lstm1d"); }

TEST(ConvLSTM1D, NeedsFiltersAndAKernel) {
  EXPECT_EQ(error_of([] { return ConvLSTM1D(0, 3); }),
            "ConvLSTM1D: filters is 0; expected at least 1");
  EXPECT_EQ(error_of([] { return ConvLSTM1D(1, 0); }),
            "ConvLSTM1D: kernel_size is (0); expected one number of at least 1");
}

TEST(ConvLSTM1D, NeedsAKnownPadding) {
  EXPECT_EQ(error_of([] { return ConvLSTM1D(1, 3, {.padding = "causal"}); }),
            "ConvLSTM1D: padding is 'causal'; expected 'valid' or 'same'");
}

TEST(ConvLSTM1D, NeedsRows) {
  EXPECT_EQ(error_of([] {
              return ConvLSTM1D(1, 3, {.name = "c"})(ops::zeros({1, 2, 3}));
            }),
            "ConvLSTM1D 'c' on (1, 2, 3): needs (batch, steps, rows, features), got (1, 2, 3)");
  EXPECT_EQ(
      error_of([] {
        return ConvLSTM1D(1, 3, {.name = "c"})(ops::zeros({1, 5, 2, 1}));
      }),
      "ConvLSTM1D 'c' on (1, 5, 2, 1): the kernel spans 3 steps, more than (1, 2, 1) has; use "
      "another padding, such as \"same\"");
}

TEST(ConvLSTM1D, NeedsStatesOfItsRows) {
  const Tensor state = ops::zeros({1, 2, 1});
  EXPECT_EQ(error_of([&] {
              return ConvLSTM1D(1, 1, {.name = "c"})(ops::zeros({1, 2, 3, 1}),
                                                     {.initial_state = {state, state}});
            }),
            "ConvLSTM1D 'c' on (1, 2, 3, 1), (1, 2, 1), (1, 2, 1): its initial_state h has shape "
            "(1, 2, 1), expected (batch, ..., units), here (1, 3, 1)");
}

TEST(ConvLSTM1D, ChannelsFirstIsTheSameTurned) {
  const ConvLSTM1DOptions options{.return_sequences = true, .return_state = true};
  ConvLSTM1DOptions other = options;
  other.data_format = "channels_first";
  const ConvLSTM1D layer(2, 2, options);
  const ConvLSTM1D turned(2, 2, other);
  const Tensor x({1, 2, 3, 1}, {1, -2, 3, 4, -5, 6});
  const Tensors y = layer.outputs(x);
  turned.outputs(ops::transpose(x, {0, 1, 3, 2}));
  turned.set_weights(layer.get_weights());
  const Tensors z = turned.outputs(ops::transpose(x, {0, 1, 3, 2}));
  EXPECT_TRUE(equal(ops::transpose(z[0], {0, 1, 3, 2}), y[0]));
  EXPECT_TRUE(equal(ops::transpose(z[2], {0, 2, 1}), y[2]));
}

TEST(ConvLSTM1D, TakesAnyNumberOfRows) {
  const SymbolicTensor x = Input({.shape = {kAny, kAny, 2}});
  const SymbolicTensor y = ConvLSTM1D(3, 2, {.padding = "same", .return_sequences = true})(x);
  EXPECT_EQ(y.shape(), (Shape{kAny, kAny, kAny, 3}));
  EXPECT_EQ(Model(x, y)(ops::zeros({2, 4, 5, 2})).shape(), (Shape{2, 4, 5, 3}));
}

}  // namespace
}  // namespace domino::layers
