#include "domino/layers/merging/dot.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "domino/graph/input_layer.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Dot, MatchesKeras) { expect_parity("dot"); }

TEST(Dot, KeepsItsConfig) { expect_config_round_trip("dot"); }

TEST(Dot, LeavesZerosWhenItNormalizes) {
  const Tensor x({2, 2}, {0, 0, 3, 4});
  EXPECT_TRUE(equal(Dot(1, {.normalize = true})({x, x}), Tensor({2, 1}, {0, 1})));
}

TEST(Dot, IsWiredWithUnknownSizes) {
  const SymbolicTensor a = Input({.shape = {kAny, 4}});
  const SymbolicTensor b = Input({.shape = {kAny, 4}});
  EXPECT_EQ(Dot(-1)({a, b}).shape(), (Shape{kAny, kAny, kAny}));
}

TEST(Dot, SaysWhatItNeeds) {
  const Tensor a = ops::ones({2, 3, 4});
  const Tensor b = ops::ones({2, 5});
  EXPECT_EQ(error_of([] {
              return Dot({1, 2, 3});
            }),
            "Dot: axes is [1, 2, 3]; expected an axis of both inputs, or one for each");
  EXPECT_EQ(error_of([&] { return Dot(1)({a}); }),
            "Dot (unnamed) on (2, 3, 4): needs two tensors, got 1");
  EXPECT_EQ(
      error_of([&] {
        return Dot(1)({a, ops::ones({2})});
      }),
      "Dot (unnamed) on (2, 3, 4), (2,): needs tensors of (batch, ...), got (2, 3, 4) and (2,)");
  EXPECT_EQ(
      error_of([&] {
        return Dot({2, 1})({a, b});
      }),
      "Dot (unnamed) on (2, 3, 4), (2, 5): needs as many samples, and as many entries along axis "
      "2 as along axis 1, got (2, 3, 4) and (2, 5)");
  EXPECT_EQ(
      error_of([&] {
        return Dot({-3, 1})({a, b});
      }),
      "Dot (unnamed) on (2, 3, 4), (2, 5): sums along an axis of each sample, but axis -3 of (2, "
      "3, 4) is the batch; give a single sample a batch axis of size 1");
}

}  // namespace
}  // namespace domino::layers
