#include "domino/layers/normalization/layer_normalization.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(LayerNormalization, MatchesKeras) { expect_parity("layer_normalization"); }

TEST(LayerNormalization, KeepsItsConfig) { expect_config_round_trip("layer_normalization"); }

TEST(LayerNormalization, NeedsAnAxis) {
  EXPECT_EQ(error_of([] { return LayerNormalization({.axis = {}}); }),
            "LayerNormalization: axis names no axis; expected one, as in -1, or several");
}

TEST(LayerNormalization, NeedsKnownAxes) {
  EXPECT_EQ(error_of([] {
              return LayerNormalization({.axis = 3, .name = "n"})(Tensor({1, 2}, {1, 2}));
            }),
            "LayerNormalization 'n' on (1, 2): axis 3 does not exist in shape (1, 2); axes run "
            "from -2 to 1");
}

TEST(LayerNormalization, DividesByTheDeviationOnlyWithRmsScaling) {
  const LayerNormalization layer({.epsilon = 0, .rms_scaling = true});
  EXPECT_TRUE(equal(layer(Tensor({1, 2}, {1, 3})), Tensor({1, 2}, {1, 3})));
  EXPECT_EQ(layer.weights().size(), 1U);
}

}  // namespace
}  // namespace domino::layers
