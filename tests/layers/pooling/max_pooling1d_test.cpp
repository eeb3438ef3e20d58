#include "domino/layers/pooling/max_pooling1d.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "domino/graph/input_layer.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(MaxPooling1D, MatchesKeras) { expect_parity("max_pooling1d"); }

TEST(MaxPooling1D, KeepsItsConfig) { expect_config_round_trip("max_pooling1d"); }

TEST(MaxPooling1D, NeedsAWindow) {
  EXPECT_EQ(error_of([] { return MaxPooling1D(0); }),
            "MaxPooling1D: pool_size is (0); expected one number of at least 1");
  EXPECT_EQ(error_of([] { return MaxPooling1D(2, {.strides = 0}); }),
            "MaxPooling1D: strides is (0); expected one number of at least 1");
}

TEST(MaxPooling1D, NeedsAKnownPadding) {
  EXPECT_EQ(error_of([] { return MaxPooling1D(2, {.padding = "causal"}); }),
            "MaxPooling1D: padding is 'causal'; expected 'valid' or 'same'");
}

TEST(MaxPooling1D, NeedsAsManyStepsAsAWindow) {
  const MaxPooling1D pool(3, {.strides = 1, .name = "p"});
  EXPECT_EQ(
      error_of([&] {
        return pool(Tensor({1, 1, 1}, {1}));
      }),
      "MaxPooling1D 'p' on (1, 1, 1): a window has 3 steps, more than (1, 1, 1); use padding = "
      "\"same\"");
  EXPECT_THAT(error_of([&] {
                return pool(Input({.shape = {2, 1}}));
              }),
              ::testing::HasSubstr("a window has 3 steps, more than (None, 2, 1)"));
}

TEST(MaxPooling1D, GivesNoWindowsOfATooShortSequenceWhenItRuns) {
  EXPECT_EQ(MaxPooling1D(3)(ops::zeros({1, 2, 1})).shape(), Shape({1, 0, 1}));
}

TEST(MaxPooling1D, NeedsSequences) {
  EXPECT_EQ(error_of([] {
              return MaxPooling1D(1, {.name = "p"})(Tensor({1, 2}, {1, 2}));
            }),
            "MaxPooling1D 'p' on (1, 2): needs (batch, steps, features), got (1, 2); give a single "
            "sequence a batch axis with shape (1, steps, features)");
}

}  // namespace
}  // namespace domino::layers
