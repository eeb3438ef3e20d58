#include "domino/layers/core/identity.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

TEST(Identity, GivesItsInputBack) {
  const Tensor x = Tensor({1, 2, 1}, {1, 2}).with_mask(Mask({1, 2}, {1, 0}));
  const Tensor y = Identity()(x);
  EXPECT_TRUE(y.same_object(x));
  EXPECT_EQ(y.mask(), x.mask());
}

TEST(Identity, MatchesKeras) { testing::expect_parity("identity"); }

TEST(Identity, KeepsItsConfig) {
  const Identity layer = Identity::from_config(Config::object({{"name", "same"}}));
  EXPECT_EQ(layer.config(), Config::object({{"name", "same"}}));
}

}  // namespace
}  // namespace domino::layers
