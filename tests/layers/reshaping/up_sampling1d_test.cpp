#include "domino/layers/reshaping/up_sampling1d.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(UpSampling1D, MatchesKeras) { expect_parity("up_sampling1d"); }

TEST(UpSampling1D, KeepsItsConfig) { expect_config_round_trip("up_sampling1d"); }

TEST(UpSampling1D, NeedsASize) {
  EXPECT_EQ(error_of([] { return UpSampling1D(0); }),
            "UpSampling1D: size is 0; expected at least 1");
}

TEST(UpSampling1D, NeedsSequences) {
  EXPECT_EQ(error_of([] {
              return UpSampling1D(2, {.name = "u"})(Tensor({1, 2}, {1, 2}));
            }),
            "UpSampling1D 'u' on (1, 2): needs (batch, steps, features), got (1, 2); give a single "
            "sequence a batch axis with shape (1, steps, features)");
}

}  // namespace
}  // namespace domino::layers
