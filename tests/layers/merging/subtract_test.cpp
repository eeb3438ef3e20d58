#include "domino/layers/merging/subtract.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Subtract, MatchesKeras) { expect_parity("subtract"); }

TEST(Subtract, KeepsItsConfig) { expect_config_round_trip("subtract"); }

TEST(Subtract, TakesTwoInputs) {
  const Tensor x({1, 1}, {1});
  EXPECT_EQ(error_of([&] {
              return Subtract({.name = "m"})({x, x, x});
            }),
            "Subtract 'm' on (1, 1), (1, 1), (1, 1): subtracts the second of two inputs from the "
            "first, got 3");
}

}  // namespace
}  // namespace domino::layers
