#include "domino/layers/convolutional/depthwise_conv1d.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(DepthwiseConv1D, MatchesKeras) { expect_parity("depthwise_conv1d"); }

TEST(DepthwiseConv1D, KeepsItsConfig) { expect_config_round_trip("depthwise_conv1d"); }

TEST(DepthwiseConv1D, NeedsAKernel) {
  EXPECT_EQ(error_of([] { return DepthwiseConv1D(0); }),
            "DepthwiseConv1D: kernel_size is (0); expected one number of at least 1");
}

TEST(DepthwiseConv1D, NeedsAKnownPadding) {
  EXPECT_EQ(error_of([] { return DepthwiseConv1D(3, {.padding = "causal"}); }),
            "DepthwiseConv1D: padding is 'causal'; expected 'valid' or 'same'");
}

TEST(DepthwiseConv1D, NeedsSequences) {
  EXPECT_EQ(
      error_of([] {
        return DepthwiseConv1D(3, {.name = "c"})(Tensor({1, 2}, {1, 2}));
      }),
      "DepthwiseConv1D 'c' on (1, 2): needs (batch, steps, features), got (1, 2); give a single "
      "sequence a batch axis with shape (1, steps, features)");
}

TEST(DepthwiseConv1D, KeepsTheFeaturesOfItsFirstCall) {
  const DepthwiseConv1D layer(3, {.name = "c"});
  layer(ops::zeros({1, 3, 2}));
  EXPECT_EQ(error_of([&] {
              return layer(ops::zeros({1, 3, 4}));
            }),
            "DepthwiseConv1D 'c' on (1, 3, 4): was built for 2 features, got 4 in (1, 3, 4); a "
            "layer keeps "
            "the features of its first call");
}

TEST(DepthwiseConv1D, NeedsAMultiplier) {
  EXPECT_EQ(error_of([] { return DepthwiseConv1D(3, {.depth_multiplier = 0}); }),
            "DepthwiseConv1D: depth_multiplier is (0); expected one number of at least 1");
}

TEST(DepthwiseConv1D, NeedsAsManyStepsAsTheKernel) {
  EXPECT_EQ(
      error_of([] {
        return DepthwiseConv1D(3, {.name = "c"})(ops::zeros({1, 2, 1}));
      }),
      "DepthwiseConv1D 'c' on (1, 2, 1): the kernel spans 3 steps, more than (1, 2, 1) has; use "
      "another padding, such as \"same\"");
}

}  // namespace
}  // namespace domino::layers
