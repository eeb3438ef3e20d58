#include "domino/layers/normalization/group_normalization.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(GroupNormalization, MatchesKeras) { expect_parity("group_normalization"); }

TEST(GroupNormalization, KeepsItsConfig) { expect_config_round_trip("group_normalization"); }

TEST(GroupNormalization, NeedsGroups) {
  EXPECT_EQ(error_of([] { return GroupNormalization(0); }),
            "GroupNormalization: groups is 0; expected at least 1, or -1 for a group each");
}

TEST(GroupNormalization, DividesIntoGroups) {
  EXPECT_EQ(error_of([] {
              return GroupNormalization(2, {.name = "n"})(ops::zeros({1, 2, 3}));
            }),
            "GroupNormalization 'n' on (1, 2, 3): the 3 entries along axis -1 of (1, 2, 3) do not "
            "divide into 2 groups");
}

TEST(GroupNormalization, LeavesTheBatchAlone) {
  EXPECT_EQ(error_of([] {
              return GroupNormalization(1, {.axis = 0, .name = "n"})(ops::zeros({1, 2, 3}));
            }),
            "GroupNormalization 'n' on (1, 2, 3): its axis is 0, the batch of (1, 2, 3); expected "
            "one behind it");
}

TEST(GroupNormalization, KeepsTheFeaturesOfItsFirstCall) {
  const GroupNormalization layer(1, {.name = "n"});
  layer(ops::zeros({1, 2, 3}));
  EXPECT_EQ(error_of([&] {
              return layer(ops::zeros({1, 2, 4}));
            }),
            "GroupNormalization 'n' on (1, 2, 4): was built for 3 features, got 4 in (1, 2, 4); a "
            "layer keeps the features of its first call");
}

}  // namespace
}  // namespace domino::layers
