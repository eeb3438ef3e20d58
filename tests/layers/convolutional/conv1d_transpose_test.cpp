#include "domino/layers/convolutional/conv1d_transpose.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Conv1DTranspose, MatchesKeras) { expect_parity("conv1d_transpose"); }

TEST(Conv1DTranspose, KeepsItsConfig) { expect_config_round_trip("conv1d_transpose"); }

TEST(Conv1DTranspose, NeedsAKernel) {
  EXPECT_EQ(error_of([] { return Conv1DTranspose(2, 0); }),
            "Conv1DTranspose: kernel_size is (0); expected one number of at least 1");
}

TEST(Conv1DTranspose, NeedsAKnownPadding) {
  EXPECT_EQ(error_of([] { return Conv1DTranspose(2, 3, {.padding = "causal"}); }),
            "Conv1DTranspose: padding is 'causal'; expected 'valid' or 'same'");
}

TEST(Conv1DTranspose, NeedsSequences) {
  EXPECT_EQ(
      error_of([] {
        return Conv1DTranspose(2, 3, {.name = "c"})(Tensor({1, 2}, {1, 2}));
      }),
      "Conv1DTranspose 'c' on (1, 2): needs (batch, steps, features), got (1, 2); give a single "
      "sequence a batch axis with shape (1, steps, features)");
}

TEST(Conv1DTranspose, KeepsTheFeaturesOfItsFirstCall) {
  const Conv1DTranspose layer(2, 3, {.name = "c"});
  layer(ops::zeros({1, 3, 2}));
  EXPECT_EQ(error_of([&] {
              return layer(ops::zeros({1, 3, 4}));
            }),
            "Conv1DTranspose 'c' on (1, 3, 4): was built for 2 features, got 4 in (1, 3, 4); a "
            "layer keeps "
            "the features of its first call");
}

TEST(Conv1DTranspose, NeedsFilters) {
  EXPECT_EQ(error_of([] { return Conv1DTranspose(0, 3); }),
            "Conv1DTranspose: filters is 0; expected at least 1");
}

TEST(Conv1DTranspose, NeedsAStepOrSame) {
  EXPECT_EQ(
      error_of([] {
        return Conv1DTranspose(2, 3, {.name = "c"})(ops::zeros({1, 0, 1}));
      }),
      "Conv1DTranspose 'c' on (1, 0, 1): needs at least one step, got (1, 0, 1); or use padding = "
      "\"same\"");
}

TEST(Conv1DTranspose, StridesOrDilates) {
  EXPECT_EQ(error_of([] { return Conv1DTranspose(2, 3, {.strides = 2, .dilation_rate = 2}); }),
            "Conv1DTranspose: strides is 2 and dilation_rate 2; expected 1 for one of them");
}

TEST(Conv1DTranspose, AddsLessThanAStride) {
  EXPECT_EQ(error_of([] { return Conv1DTranspose(2, 3, {.strides = 2, .output_padding = 2}); }),
            "Conv1DTranspose: output_padding is 2 and strides 2; expected less than strides");
}

TEST(Conv1DTranspose, AddsSomethingForAnEvenKernel) {
  EXPECT_EQ(
      error_of([] { return Conv1DTranspose(2, 4, {.padding = "same", .output_padding = 0}); }),
      "Conv1DTranspose: output_padding is 0 for a kernel that spans 4 steps; with padding 'same' "
      "an "
      "even one needs at least 1, or none given");
}

/// A layer of one filter with the kernel (1, 10).
Tensor spread(Conv1DTransposeOptions options, const Tensor& x) {
  options.filters = 1;
  options.kernel_size = 2;
  const Conv1DTranspose layer(options);
  layer(x);
  layer.set_weights({Tensor({2, 1, 1}, {1, 10}), Tensor({1}, {0})});
  return layer(x);
}

TEST(Conv1DTranspose, Dilates) {
  const Tensor x({1, 2, 1}, {1, 2});
  EXPECT_TRUE(equal(spread({.dilation_rate = 3}, x), Tensor({1, 5, 1}, {1, 2, 0, 10, 20})));
  EXPECT_TRUE(
      equal(spread({.padding = "same", .dilation_rate = 2}, x), Tensor({1, 2, 1}, {2, 10})));
}

TEST(Conv1DTranspose, TakesChannelsFirst) {
  const Tensor x({1, 1, 2}, {1, 2});
  EXPECT_TRUE(equal(spread({.strides = 2, .data_format = "channels_first"}, x),
                    Tensor({1, 1, 4}, {1, 10, 2, 20})));
}

}  // namespace
}  // namespace domino::layers
