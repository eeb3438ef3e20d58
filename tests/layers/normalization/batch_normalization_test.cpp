#include "domino/layers/normalization/batch_normalization.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(BatchNormalization, MatchesKeras) { expect_parity("batch_normalization"); }

TEST(BatchNormalization, KeepsItsConfig) { expect_config_round_trip("batch_normalization"); }

TEST(BatchNormalization, NeedsAMaskOfOneAxisLess) {
  const Tensor x = Tensor({1, 2, 1, 1}, {1, 2}).with_mask(Mask({1, 2}, {1, 0}));
  EXPECT_EQ(error_of([&] { return BatchNormalization({.name = "n"})(x); }),
            "BatchNormalization 'n' on (1, 2, 1, 1): a mask of shape (1, 2) for (1, 2, 1, 1); "
            "the mask should have one axis less than the input");
}

TEST(BatchNormalization, HoldsTheWeightsOfRenormalization) {
  const BatchNormalization layer({.center = false, .renorm = true});
  layer(Tensor({1, 1}, {1}));
  std::vector<std::string> paths;
  for (const Variable& variable : layer.weights()) paths.push_back(variable.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"gamma", "moving_mean", "moving_variance",
                                             "moving_stddev", "renorm_mean", "renorm_stddev"}));
}

}  // namespace
}  // namespace domino::layers
