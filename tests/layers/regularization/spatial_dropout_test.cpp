#include "domino/layers/regularization/spatial_dropout.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(SpatialDropout1D, MatchesKeras) { expect_parity("spatial_dropout1d"); }

TEST(SpatialDropout1D, KeepsItsConfig) { expect_config_round_trip("spatial_dropout1d"); }

TEST(SpatialDropout1D, RefusesRatesBelowZero) {
  EXPECT_EQ(error_of([] { return SpatialDropout1D(-0.5); }),
            "SpatialDropout1D: rate is -0.5; expected a number from 0 to 1");
}

TEST(SpatialDropout1D, NeedsSteps) {
  EXPECT_EQ(error_of([] {
              return SpatialDropout1D(0.5, {.name = "d"})(Tensor({1, 1}, {1}));
            }),
            "SpatialDropout1D 'd' on (1, 1): needs (batch, steps, features), got (1, 1); give "
            "a single sequence a batch axis with shape (1, steps, features)");
}

}  // namespace
}  // namespace domino::layers
