#include "domino/layers/normalization/spectral_normalization.h"

#include <gtest/gtest.h>

#include "domino/layers/core/dense.h"
#include "domino/layers/reshaping/flatten.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_parity;

TEST(SpectralNormalization, MatchesKeras) { expect_parity("spectral_normalization"); }

TEST(SpectralNormalization, KeepsItsConfig) {
  const SpectralNormalization layer(Dense(3), {.power_iterations = 2, .name = "s"});
  const auto again = SpectralNormalization::from_config(layer.config());
  EXPECT_EQ(again.config(), layer.config());
  EXPECT_EQ(layer.config().at("power_iterations").as_int(), 2);
  EXPECT_EQ(again.layer()->type(), "Dense");
}

TEST(SpectralNormalization, NeedsALayer) {
  EXPECT_EQ(error_of([] { return SpectralNormalization(LayerHandle()); }),
            "SpectralNormalization: no layer is given; give one, as in "
            "SpectralNormalization(Dense(3))");
}

TEST(SpectralNormalization, NeedsIterations) {
  EXPECT_EQ(error_of([] { return SpectralNormalization(Dense(1), {.power_iterations = 0}); }),
            "SpectralNormalization: power_iterations is 0; expected at least 1");
}

TEST(SpectralNormalization, NeedsAKernel) {
  EXPECT_EQ(error_of([] {
              return SpectralNormalization(Flatten(), {.name = "s"})(Tensor({1, 2}, {1, 2}));
            }),
            "SpectralNormalization 's' on (1, 2): its layer, Flatten (unnamed), has neither a "
            "weight 'kernel' nor 'embeddings'");
}

}  // namespace
}  // namespace domino::layers
