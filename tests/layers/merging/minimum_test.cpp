#include "domino/layers/merging/minimum.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Minimum, MatchesKeras) { expect_parity("minimum"); }

TEST(Minimum, KeepsItsConfig) { expect_config_round_trip("minimum"); }

TEST(Minimum, RefusesShapesThatDoNotFit) {
  const Tensor a({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(error_of([&] {
              return Minimum({.name = "m"})({a, b});
            }),
            "Minimum 'm' on (2, 3), (2, 2): merges tensors whose sizes are equal or 1; (2, 3) "
            "and (2, 2) do not fit");
}

TEST(Minimum, RefusesDifferentBatches) {
  const Tensor a({2, 1}, {1, 2});
  const Tensor b({1, 1}, {1});
  EXPECT_EQ(error_of([&] {
              return Minimum({.name = "m"})({a, b});
            }),
            "Minimum 'm' on (2, 1), (1, 1): merges tensors of one batch size; (2, 1) and (1, 1) "
            "have different ones");
}

}  // namespace
}  // namespace domino::layers
