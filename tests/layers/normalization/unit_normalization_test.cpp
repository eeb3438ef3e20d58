#include "domino/layers/normalization/unit_normalization.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(UnitNormalization, MatchesKeras) { expect_parity("unit_normalization"); }

TEST(UnitNormalization, KeepsItsConfig) { expect_config_round_trip("unit_normalization"); }

TEST(UnitNormalization, NeedsAnAxis) {
  EXPECT_EQ(error_of([] { return UnitNormalization({.axis = {}}); }),
            "UnitNormalization: axis names no axis; expected one, as in -1, or several");
}

TEST(UnitNormalization, NeedsKnownAxes) {
  EXPECT_EQ(error_of([] {
              return UnitNormalization({.axis = 2, .name = "n"})(Tensor({1, 2}, {1, 2}));
            }),
            "UnitNormalization 'n' on (1, 2): axis 2 does not exist in shape (1, 2); axes run from "
            "-2 to 1");
}

}  // namespace
}  // namespace domino::layers
