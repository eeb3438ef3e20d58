#include "domino/layers/merging/multiply.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Multiply, MatchesKeras) { expect_parity("multiply"); }

TEST(Multiply, KeepsItsConfig) { expect_config_round_trip("multiply"); }

TEST(Multiply, RefusesShapesThatDoNotFit) {
  const Tensor a({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(error_of([&] {
              return Multiply({.name = "m"})({a, b});
            }),
            "Multiply 'm' on (2, 3), (2, 2): merges tensors whose sizes are equal or 1; (2, 3) "
            "and (2, 2) do not fit");
}

TEST(Multiply, RefusesDifferentBatches) {
  const Tensor a({2, 1}, {1, 2});
  const Tensor b({1, 1}, {1});
  EXPECT_EQ(error_of([&] {
              return Multiply({.name = "m"})({a, b});
            }),
            "Multiply 'm' on (2, 1), (1, 1): merges tensors of one batch size; (2, 1) and (1, 1) "
            "have different ones");
}

TEST(Multiply, OfOneInputZeroesItsMaskedSteps) {
  const Tensor x = Tensor({1, 2, 1}, {3, 4}).with_mask(Mask({1, 2}, {1, 0}));
  EXPECT_TRUE(equal(Multiply()(Tensors{x}), Tensor({1, 2, 1}, {3, 0})));
}

TEST(Multiply, NeedsMasksOfSteps) {
  const Tensor x = Tensor({1, 2, 1}, {3, 4}).with_mask(Mask({1, 2, 1}, {1, 0}));
  EXPECT_EQ(error_of([&] {
              return Multiply({.name = "m"})({x, x});
            }),
            "Multiply 'm' on (1, 2, 1), (1, 2, 1): an input of shape (1, 2, 1) carries a mask of "
            "shape (1, 2, 1); expected one axis less than the input, such as (batch, steps)");
}

}  // namespace
}  // namespace domino::layers
