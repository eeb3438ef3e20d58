#include "domino/layers/pooling/global_average_pooling1d.h"

#include <gtest/gtest.h>

#include <cmath>

#include "domino/graph/mask_rules.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(GlobalAveragePooling1D, TakesOneEntryForAllSteps) {
  const Tensor x({2, 2, 1}, {1, 3, 5, 7});
  const Mask rows({2, 1}, {1, 0});
  const Tensor mean = GlobalAveragePooling1D()(x, {.mask = rows});
  EXPECT_EQ(mean.item({0, 0}), 2);
  EXPECT_TRUE(std::isnan(mean.item({1, 0})));
  const RulesScope keras(MaskRules::Keras);
  EXPECT_EQ(GlobalAveragePooling1D()(x, {.mask = rows}).item({0, 0}), 4);
}

TEST(GlobalAveragePooling1D, MatchesKeras) { expect_parity("global_average_pooling1d"); }

TEST(GlobalAveragePooling1D, KeepsItsConfig) {
  expect_config_round_trip("global_average_pooling1d");
}

TEST(GlobalAveragePooling1D, SkipsMaskedStepsAndEndsTheMask) {
  const Tensor x = Tensor({1, 3, 2}, {1, 2, 9, 9, 3, 6}).with_mask(Mask({1, 3}, {1, 0, 1}));
  const Tensor y = GlobalAveragePooling1D()(x);
  EXPECT_TRUE(equal(y, Tensor({1, 2}, {2, 4})));
  EXPECT_FALSE(y.mask());
}

TEST(GlobalAveragePooling1D, NeedsSteps) {
  EXPECT_EQ(error_of([] {
              return GlobalAveragePooling1D({.name = "pool"})(Tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
            }),
            "GlobalAveragePooling1D 'pool' on (2, 3): needs (batch, steps, features), got (2, "
            "3); give a single sequence a batch axis with shape (1, steps, features)");
}

TEST(GlobalAveragePooling1D, NeedsAMaskOfSteps) {
  EXPECT_EQ(error_of([] {
              return GlobalAveragePooling1D({.name = "pool"})(Tensor({1, 2, 1}, {1, 2}),
                                                              {.mask = Mask({1, 3}, {1, 1, 0})});
            }),
            "GlobalAveragePooling1D 'pool' on (1, 2, 1): a mask of shape (1, 3) for (1, 2, 1); "
            "expected (batch, steps), here (1, 2)");
}

}  // namespace
}  // namespace domino::layers
