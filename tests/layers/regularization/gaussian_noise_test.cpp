#include "domino/layers/regularization/gaussian_noise.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(GaussianNoise, MatchesKeras) { expect_parity("gaussian_noise"); }

TEST(GaussianNoise, KeepsItsConfig) { expect_config_round_trip("gaussian_noise"); }

TEST(GaussianNoise, RefusesDeviationsAboveOne) {
  EXPECT_EQ(error_of([] { return GaussianNoise(1.5); }),
            "GaussianNoise: stddev is 1.5; expected a number from 0 to 1");
}

TEST(GaussianNoise, GivesItsInputBack) {
  const Tensor x({1, 1}, {2});
  EXPECT_TRUE(GaussianNoise(0.5)(x).same_object(x));
}

}  // namespace
}  // namespace domino::layers
