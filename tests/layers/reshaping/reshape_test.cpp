#include "domino/layers/reshaping/reshape.h"

#include <gtest/gtest.h>

#include "domino/graph/input_layer.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Reshape, MatchesKeras) { expect_parity("reshape"); }

TEST(Reshape, KeepsItsConfig) { expect_config_round_trip("reshape"); }

TEST(Reshape, RefusesSizesBelowMinusOne) {
  EXPECT_EQ(error_of([] {
              return Reshape({2, -2});
            }),
            "Reshape: target_shape is (2, -2); expected sizes of at least 0, or -1 for one");
}

TEST(Reshape, LeavesOneSizeOpen) {
  EXPECT_EQ(error_of([] {
              return Reshape({-1, -1});
            }),
            "Reshape: target_shape is (-1, -1); expected at most one -1");
}

TEST(Reshape, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error_of([] {
              return Reshape({4}, {.name = "r"})(Tensor({1, 3}, {1, 2, 3}));
            }),
            "Reshape 'r' on (1, 3): the 3 elements behind the batch axis of (1, 3) do not fit "
            "into (4)");
}

TEST(Reshape, WiresUnknownSizesThatMayFit) {
  const SymbolicTensor x = Input({.shape = {kAny, 2}});
  EXPECT_EQ(Reshape({3, 2})(x).shape(), (Shape{kAny, 3, 2}));
  EXPECT_EQ(Reshape({-1})(x).shape(), (Shape{kAny, kAny}));
}

TEST(Reshape, OfNoRowsHasNoRows) {
  EXPECT_EQ(Reshape({3, -1})(Tensor::empty({0, 6}, DType::Float32)).shape(), (Shape{0, 3, 2}));
}

}  // namespace
}  // namespace domino::layers
