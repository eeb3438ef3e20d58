#include "domino/layers/pooling/global_max_pooling1d.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(GlobalMaxPooling1D, MatchesKeras) { expect_parity("global_max_pooling1d"); }

TEST(GlobalMaxPooling1D, KeepsItsConfig) { expect_config_round_trip("global_max_pooling1d"); }

TEST(GlobalMaxPooling1D, NeedsSteps) {
  EXPECT_EQ(error_of([] {
              return GlobalMaxPooling1D({.name = "pool"})(Tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
            }),
            "GlobalMaxPooling1D 'pool' on (2, 3): needs (batch, steps, features), got (2, 3); "
            "give a single sequence a batch axis with shape (1, steps, features)");
  EXPECT_EQ(error_of([] {
              return GlobalMaxPooling1D({.name = "pool"})(Tensor::empty({2, 0, 3}, DType::Float32));
            }),
            "GlobalMaxPooling1D 'pool' on (2, 0, 3): needs at least one step, got (2, 0, 3)");
}

}  // namespace
}  // namespace domino::layers
