#include "domino/layers/activations/leaky_relu.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(LeakyReLU, MatchesKeras) { expect_parity("leaky_relu"); }

TEST(LeakyReLU, KeepsItsConfig) { expect_config_round_trip("leaky_relu"); }

TEST(LeakyReLU, RefusesNegativeSlopes) {
  EXPECT_EQ(error_of([] { return LeakyReLU({.negative_slope = -1}); }),
            "LeakyReLU: negative_slope is -1; expected a number of at least 0");
}

}  // namespace
}  // namespace domino::layers
