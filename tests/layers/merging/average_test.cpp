#include "domino/layers/merging/average.h"

#include <gtest/gtest.h>

#include <vector>

#include "domino/backends/ops.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Average, MatchesKeras) { expect_parity("average"); }

TEST(Average, KeepsItsConfig) { expect_config_round_trip("average"); }

TEST(Average, RefusesShapesThatDoNotFit) {
  const Tensor a({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(error_of([&] {
              return Average({.name = "m"})({a, b});
            }),
            "Average 'm' on (2, 3), (2, 2): merges tensors whose sizes are equal or 1; (2, 3) "
            "and (2, 2) do not fit");
}

TEST(Average, RefusesDifferentBatches) {
  const Tensor a({2, 1}, {1, 2});
  const Tensor b({1, 1}, {1});
  EXPECT_EQ(error_of([&] {
              return Average({.name = "m"})({a, b});
            }),
            "Average 'm' on (2, 1), (1, 1): merges tensors of one batch size; (2, 1) and (1, 1) "
            "have different ones");
}

TEST(Average, OfWholeNumbersIsAFraction) {
  const Tensor one({1, 1}, std::vector<int>{1});
  const Tensor two({1, 1}, std::vector<int>{2});
  const Tensor mean = Average()({one, two});
  EXPECT_EQ(mean.dtype(), DType::Float64);  // as TensorFlow divides
  EXPECT_TRUE(equal(ops::cast(mean, DType::Float32), Tensor({1, 1}, {1.5})));
}

}  // namespace
}  // namespace domino::layers
