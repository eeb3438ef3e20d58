#include "domino/layers/regularization/activity_regularization.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

TEST(ActivityRegularization, GivesItsInputBack) {
  const Tensor x = Tensor({1, 2, 1}, {1, 2}).with_mask(Mask({1, 2}, {1, 0}));
  const Tensor y = ActivityRegularization({.l1 = 0.1})(x);
  EXPECT_TRUE(y.same_object(x));
  EXPECT_EQ(y.mask(), x.mask());
}

TEST(ActivityRegularization, MatchesKeras) { testing::expect_parity("activity_regularization"); }

TEST(ActivityRegularization, KeepsItsConfig) {
  const Config config = Config::object({{"name", "r"}, {"l1", 0.25}, {"l2", 0.5}});
  EXPECT_EQ(ActivityRegularization::from_config(config).config(), config);
}

}  // namespace
}  // namespace domino::layers
