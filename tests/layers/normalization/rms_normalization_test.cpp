#include "domino/layers/normalization/rms_normalization.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(RMSNormalization, MatchesKeras) { expect_parity("rms_normalization"); }

TEST(RMSNormalization, KeepsItsConfig) { expect_config_round_trip("rms_normalization"); }

TEST(RMSNormalization, NeedsAnAxis) {
  EXPECT_EQ(error_of([] { return RMSNormalization({.axis = {}}); }),
            "RMSNormalization: axis names no axis; expected one, as in -1, or several");
}

TEST(RMSNormalization, NeedsAxesThatFitItsScale) {
  EXPECT_EQ(
      error_of([] {
        return RMSNormalization({.axis = 1, .name = "n"})(ops::zeros({1, 2, 3}));
      }),
      "RMSNormalization 'n' on (1, 2, 3): multiplies the last axes of (1, 2, 3) with its scale "
      "of (2,), the sizes of its axes 1, as Keras does; give the last axes");
}

TEST(RMSNormalization, KeepsTheFeaturesOfItsFirstCall) {
  const RMSNormalization layer({.name = "n"});
  layer(ops::zeros({1, 2, 3}));
  EXPECT_EQ(error_of([&] {
              return layer(ops::zeros({1, 2, 4}));
            }),
            "RMSNormalization 'n' on (1, 2, 4): was built for 3 features, got 4 in (1, 2, 4); a "
            "layer keeps the features of its first call");
}

}  // namespace
}  // namespace domino::layers
