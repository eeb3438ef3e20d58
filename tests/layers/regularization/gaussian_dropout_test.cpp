#include "domino/layers/regularization/gaussian_dropout.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(GaussianDropout, MatchesKeras) { expect_parity("gaussian_dropout"); }

TEST(GaussianDropout, KeepsItsConfig) { expect_config_round_trip("gaussian_dropout"); }

TEST(GaussianDropout, RefusesRatesAboveOne) {
  EXPECT_EQ(error_of([] { return GaussianDropout(1.5); }),
            "GaussianDropout: rate is 1.5; expected a number from 0 to 1");
}

TEST(GaussianDropout, GivesItsInputBack) {
  const Tensor x({1, 1}, {2});
  EXPECT_TRUE(GaussianDropout(0.5)(x).same_object(x));
}

}  // namespace
}  // namespace domino::layers
