#include "domino/layers/reshaping/repeat_vector.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(RepeatVector, MatchesKeras) { expect_parity("repeat_vector"); }

TEST(RepeatVector, KeepsItsConfig) { expect_config_round_trip("repeat_vector"); }

TEST(RepeatVector, NeedsACount) {
  EXPECT_EQ(error_of([] { return RepeatVector(0); }), "RepeatVector: n is 0; expected at least 1");
}

TEST(RepeatVector, NeedsVectors) {
  EXPECT_EQ(error_of([] {
              return RepeatVector(2, {.name = "r"})(Tensor({1, 1, 1}, {1}));
            }),
            "RepeatVector 'r' on (1, 1, 1): needs (batch, features), got (1, 1, 1)");
}

}  // namespace
}  // namespace domino::layers
