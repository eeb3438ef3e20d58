#include "domino/layers/core/masking.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Masking, MatchesKeras) { expect_parity("masking"); }

TEST(Masking, KeepsItsConfig) { expect_config_round_trip("masking"); }

TEST(Masking, NeedsFeatures) {
  EXPECT_EQ(error_of([] { return Masking({.name = "m"})(Tensor({}, {1})); }),
            "Masking 'm' on (): needs (batch, ..., features), got ()");
}

TEST(Masking, KeepsIntegers) {
  const Tensor x({1, 2, 1}, std::vector<int>{7, -3});
  const Tensor y = Masking({.mask_value = -3})(x);
  EXPECT_TRUE(equal(y, Tensor({1, 2, 1}, std::vector<int>{7, 0})));
  EXPECT_EQ(y.mask(), Mask({1, 2}, {1, 0}));
}

TEST(Masking, ComparesAsFloat32) {
  const Tensor x({1, 2, 1}, std::vector<double>{0.1, 0.2});
  EXPECT_EQ(Masking({.mask_value = 0.1})(x).mask(), Mask({1, 2}, {0, 1}));
}

TEST(Masking, NaNEqualsNothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor x({1, 2, 1}, {nan, 0});
  EXPECT_EQ(Masking()(x).mask(), Mask({1, 2}, {1, 0}));
  EXPECT_EQ(Masking({.mask_value = nan})(x).mask(), Mask({1, 2}, {1, 1}));
}

}  // namespace
}  // namespace domino::layers
