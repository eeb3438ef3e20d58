#include "domino/layers/activations/prelu.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(PReLU, MatchesKeras) { expect_parity("prelu"); }

TEST(PReLU, KeepsItsConfig) { expect_config_round_trip("prelu"); }

TEST(PReLU, RefusesToShareTheBatch) {
  EXPECT_EQ(error_of([] {
              return PReLU({.shared_axes = 0, .name = "p"})(Tensor({1, 2}, {1, 2}));
            }),
            "PReLU 'p' on (1, 2): shared_axes names axis 0; expected axes from 1 to 1 for (1, 2)");
}

}  // namespace
}  // namespace domino::layers
