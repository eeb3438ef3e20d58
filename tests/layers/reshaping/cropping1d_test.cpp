#include "domino/layers/reshaping/cropping1d.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Cropping1D, MatchesKeras) { expect_parity("cropping1d"); }

TEST(Cropping1D, KeepsItsConfig) { expect_config_round_trip("cropping1d"); }

TEST(Cropping1D, NeedsOneOrTwoNumbers) {
  EXPECT_EQ(error_of([] { return Cropping1D(-1); }),
            "Cropping1D: cropping is (-1); expected one or two numbers of at least 0");
  EXPECT_EQ(error_of([] {
              return Cropping1D({.cropping = {1, 2, 3}});
            }),
            "Cropping1D: cropping is (1, 2, 3); expected one or two numbers of at least 0");
  EXPECT_EQ(error_of([] { return Cropping1D({.cropping = Integers()}); }),
            "Cropping1D: cropping is (); expected one or two numbers of at least 0");
}

TEST(Cropping1D, LeavesAStep) {
  EXPECT_EQ(error_of([] {
              return Cropping1D(2, 1, {.name = "c"})(Tensor({1, 3, 1}, {1, 2, 3}));
            }),
            "Cropping1D 'c' on (1, 3, 1): takes 2 and 1 steps off and leaves none of (1, 3, 1); "
            "give longer sequences or a smaller cropping");
}

TEST(Cropping1D, NeedsSequences) {
  EXPECT_EQ(error_of([] {
              return Cropping1D({.name = "c"})(Tensor({1, 2}, {1, 2}));
            }),
            "Cropping1D 'c' on (1, 2): needs (batch, steps, features), got (1, 2); give a single "
            "sequence a batch axis with shape (1, steps, features)");
}

}  // namespace
}  // namespace domino::layers
