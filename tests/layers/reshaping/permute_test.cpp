#include "domino/layers/reshaping/permute.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Permute, MatchesKeras) { expect_parity("permute"); }

TEST(Permute, KeepsItsConfig) { expect_config_round_trip("permute"); }

TEST(Permute, NeedsEveryAxisOnce) {
  EXPECT_EQ(error_of([] {
              return Permute({1, 3});
            }),
            "Permute: dims is (1, 3); expected the axes 1, 2, ... in some order, each once");
}

TEST(Permute, NeedsAsManyAxes) {
  EXPECT_EQ(error_of([] {
              return Permute({2, 1}, {.name = "p"})(Tensor({1, 3}, {1, 2, 3}));
            }),
            "Permute 'p' on (1, 3): needs 3 axes, the batch and one for each of dims (2, 1), got "
            "(1, 3)");
}

}  // namespace
}  // namespace domino::layers
