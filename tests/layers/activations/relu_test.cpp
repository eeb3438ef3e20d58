#include "domino/layers/activations/relu.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(ReLU, MatchesKeras) { expect_parity("relu"); }

TEST(ReLU, KeepsItsConfig) { expect_config_round_trip("relu"); }

TEST(ReLU, RefusesNegativeLimits) {
  EXPECT_EQ(error_of([] { return ReLU({.max_value = -1}); }),
            "ReLU: max_value is -1; expected a number of at least 0, or none");
}

TEST(ReLU, RefusesNegativeSlopes) {
  EXPECT_EQ(error_of([] { return ReLU({.negative_slope = -0.5}); }),
            "ReLU: negative_slope is -0.5; expected a number of at least 0");
}

TEST(ReLU, RefusesNegativeThresholds) {
  EXPECT_EQ(error_of([] { return ReLU({.threshold = -2}); }),
            "ReLU: threshold is -2; expected a number of at least 0");
}

}  // namespace
}  // namespace domino::layers
