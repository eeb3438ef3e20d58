#include "domino/layers/activations/activation.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Activation, MatchesKeras) { expect_parity("activation"); }

TEST(Activation, KeepsItsConfig) { expect_config_round_trip("activation"); }

TEST(Activation, NeedsAKnownName) {
  EXPECT_EQ(error_of([] { return Activation("threshold"); }),
            "Activation: the activation 'threshold' needs a threshold and a value, which a name "
            "cannot give; use a Lambda layer");
}

TEST(Activation, GluNeedsHalves) {
  EXPECT_EQ(error_of([] {
              return Activation("glu", {.name = "gate"})(Tensor({1, 3}, {1, 2, 3}));
            }),
            "Activation 'gate' on (1, 3): the activation 'glu' halves the last axis, so that its "
            "size must be even; got (1, 3)");
}

TEST(Activation, LinearGivesItsInputBack) {
  const Tensor x({1, 1}, {2});
  EXPECT_TRUE(Activation("linear")(x).same_object(x));
}

}  // namespace
}  // namespace domino::layers
