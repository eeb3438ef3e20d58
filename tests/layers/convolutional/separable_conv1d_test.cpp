#include "domino/layers/convolutional/separable_conv1d.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(SeparableConv1D, MatchesKeras) { expect_parity("separable_conv1d"); }

TEST(SeparableConv1D, KeepsItsConfig) { expect_config_round_trip("separable_conv1d"); }

TEST(SeparableConv1D, NeedsAKernel) {
  EXPECT_EQ(error_of([] { return SeparableConv1D(2, 0); }),
            "SeparableConv1D: kernel_size is (0); expected one number of at least 1");
}

TEST(SeparableConv1D, NeedsAKnownPadding) {
  EXPECT_EQ(error_of([] { return SeparableConv1D(2, 3, {.padding = "causal"}); }),
            "SeparableConv1D: padding is 'causal'; expected 'valid' or 'same'");
}

TEST(SeparableConv1D, NeedsSequences) {
  EXPECT_EQ(
      error_of([] {
        return SeparableConv1D(2, 3, {.name = "c"})(Tensor({1, 2}, {1, 2}));
      }),
      "SeparableConv1D 'c' on (1, 2): needs (batch, steps, features), got (1, 2); give a single "
      "sequence a batch axis with shape (1, steps, features)");
}

TEST(SeparableConv1D, KeepsTheFeaturesOfItsFirstCall) {
  const SeparableConv1D layer(2, 3, {.name = "c"});
  layer(ops::zeros({1, 3, 2}));
  EXPECT_EQ(error_of([&] {
              return layer(ops::zeros({1, 3, 4}));
            }),
            "SeparableConv1D 'c' on (1, 3, 4): was built for 2 features, got 4 in (1, 3, 4); a "
            "layer keeps "
            "the features of its first call");
}

TEST(SeparableConv1D, NeedsAMultiplier) {
  EXPECT_EQ(error_of([] { return SeparableConv1D(2, 3, {.depth_multiplier = 0}); }),
            "SeparableConv1D: depth_multiplier is (0); expected one number of at least 1");
}

TEST(SeparableConv1D, NeedsAsManyStepsAsTheKernel) {
  EXPECT_EQ(
      error_of([] {
        return SeparableConv1D(2, 3, {.name = "c"})(ops::zeros({1, 2, 1}));
      }),
      "SeparableConv1D 'c' on (1, 2, 1): the kernel spans 3 steps, more than (1, 2, 1) has; use "
      "another padding, such as \"same\"");
}

TEST(SeparableConv1D, NeedsFilters) {
  EXPECT_EQ(error_of([] { return SeparableConv1D(0, 3); }),
            "SeparableConv1D: filters is 0; expected at least 1");
}

}  // namespace
}  // namespace domino::layers
