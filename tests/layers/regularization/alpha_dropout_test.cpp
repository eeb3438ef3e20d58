#include "domino/layers/regularization/alpha_dropout.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(AlphaDropout, MatchesKeras) { expect_parity("alpha_dropout"); }

TEST(AlphaDropout, KeepsItsConfig) { expect_config_round_trip("alpha_dropout"); }

TEST(AlphaDropout, RefusesRatesAboveOne) {
  EXPECT_EQ(error_of([] { return AlphaDropout(1.5); }),
            "AlphaDropout: rate is 1.5; expected a number from 0 to 1");
}

TEST(AlphaDropout, GivesItsInputBack) {
  const Tensor x({1, 1}, {2});
  EXPECT_TRUE(AlphaDropout(0.5)(x).same_object(x));
}

}  // namespace
}  // namespace domino::layers
