#include "domino/layers/merging/concatenate.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Concatenate, MatchesKeras) { expect_parity("concatenate"); }

TEST(Concatenate, KeepsItsConfig) { expect_config_round_trip("concatenate"); }

TEST(Concatenate, RefusesOtherSizesThatDiffer) {
  const Tensor a({1, 2}, {1, 2});
  const Tensor b({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(error_of([&] {
              return Concatenate({.name = "c"})({a, b});
            }),
            "Concatenate 'c' on (1, 2), (2, 2): joins tensors along axis -1 that are equal in "
            "all other sizes; (1, 2) and (2, 2) are not");
}

}  // namespace
}  // namespace domino::layers
