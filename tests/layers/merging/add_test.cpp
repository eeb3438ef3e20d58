#include "domino/layers/merging/add.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Add, MatchesKeras) { expect_parity("add"); }

TEST(Add, KeepsItsConfig) { expect_config_round_trip("add"); }

TEST(Add, RefusesShapesThatDoNotFit) {
  const Tensor a({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(error_of([&] {
              return Add({.name = "m"})({a, b});
            }),
            "Add 'm' on (2, 3), (2, 2): merges tensors whose sizes are equal or 1; (2, 3) and "
            "(2, 2) do not fit");
}

TEST(Add, RefusesAnEmptyList) {
  EXPECT_EQ(error_of([] { return Add()(Tensors{}); }),
            "Add (unnamed): its argument 'inputs' is missing");
}

TEST(Add, RefusesDifferentBatches) {
  const Tensor a({2, 1}, {1, 2});
  const Tensor b({1, 1}, {1});
  EXPECT_EQ(error_of([&] {
              return Add({.name = "m"})({a, b});
            }),
            "Add 'm' on (2, 1), (1, 1): merges tensors of one batch size; (2, 1) and (1, 1) have "
            "different ones");
}

TEST(Add, PutsMissingAxesBehindTheBatch) {
  const Tensor a = Tensor({1, 2, 1}, {1, 2}).with_mask(Mask({1, 2}, {1, 0}));
  const Tensor b({1, 1}, {10});
  const Tensor y = Add()({a, b});
  EXPECT_TRUE(equal(y, Tensor({1, 2, 1}, {11, 12})));
  EXPECT_FALSE(y.mask());
}

}  // namespace
}  // namespace domino::layers
