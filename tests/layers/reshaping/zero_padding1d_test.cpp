#include "domino/layers/reshaping/zero_padding1d.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(ZeroPadding1D, MatchesKeras) { expect_parity("zero_padding1d"); }

TEST(ZeroPadding1D, KeepsItsConfig) { expect_config_round_trip("zero_padding1d"); }

TEST(ZeroPadding1D, NeedsOneOrTwoNumbers) {
  EXPECT_EQ(error_of([] { return ZeroPadding1D(-1); }),
            "ZeroPadding1D: padding is (-1); expected one or two numbers of at least 0");
}

TEST(ZeroPadding1D, NeedsAKnownDataFormat) {
  EXPECT_EQ(error_of([] { return ZeroPadding1D(1, {.data_format = "steps_last"}); }),
            "ZeroPadding1D: data_format is 'steps_last'; expected 'channels_last' or "
            "'channels_first'");
}

TEST(ZeroPadding1D, NeedsSequences) {
  EXPECT_EQ(
      error_of([] {
        return ZeroPadding1D(1, {.name = "z"})(Tensor({1, 2}, {1, 2}));
      }),
      "ZeroPadding1D 'z' on (1, 2): needs (batch, steps, features), got (1, 2); give a single "
      "sequence a batch axis with shape (1, steps, features)");
}

}  // namespace
}  // namespace domino::layers
