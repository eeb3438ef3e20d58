#include "domino/layers/pooling/adaptive_average_pooling1d.h"

#include <gtest/gtest.h>

#include "domino/graph/model.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(AdaptiveAveragePooling1D, MatchesKeras) { expect_parity("adaptive_average_pooling1d"); }

TEST(AdaptiveAveragePooling1D, KeepsItsConfig) {
  expect_config_round_trip("adaptive_average_pooling1d");
}

TEST(AdaptiveAveragePooling1D, NeedsANumberOfWindows) {
  EXPECT_EQ(error_of([] { return AdaptiveAveragePooling1D(0); }),
            "AdaptiveAveragePooling1D: output_size is (0); expected one number of at least 1");
}

TEST(AdaptiveAveragePooling1D, NeedsAStep) {
  EXPECT_EQ(error_of([] {
              return AdaptiveAveragePooling1D(2, {.name = "p"})(Tensor({1, 0, 1}, {}));
            }),
            "AdaptiveAveragePooling1D 'p' on (1, 0, 1): needs at least one step, got (1, 0, 1)");
}

TEST(AdaptiveAveragePooling1D, NeedsSequences) {
  EXPECT_EQ(error_of([] {
              return AdaptiveAveragePooling1D(1, {.name = "p"})(Tensor({1, 2}, {1, 2}));
            }),
            "AdaptiveAveragePooling1D 'p' on (1, 2): needs (batch, steps, features), got (1, 2); "
            "give a single "
            "sequence a batch axis with shape (1, steps, features)");
}

TEST(AdaptiveAveragePooling1D, TakesAnyNumberOfSteps) {
  const SymbolicTensor x = Input({.shape = {kAny, 1}});
  const SymbolicTensor y = AdaptiveAveragePooling1D(2)(x);
  EXPECT_EQ(y.shape(), (Shape{kAny, 2, 1}));
  const Model model(x, y);
  EXPECT_TRUE(equal(model(Tensor({1, 3, 1}, {1, 3, 8})), Tensor({1, 2, 1}, {2, 5.5})));
  EXPECT_TRUE(equal(model(Tensor({1, 1, 1}, {5})), Tensor({1, 2, 1}, {5, 5})));
}

}  // namespace
}  // namespace domino::layers
