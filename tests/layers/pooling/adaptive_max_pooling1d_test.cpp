#include "domino/layers/pooling/adaptive_max_pooling1d.h"

#include <gtest/gtest.h>

#include "domino/graph/model.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(AdaptiveMaxPooling1D, MatchesKeras) { expect_parity("adaptive_max_pooling1d"); }

TEST(AdaptiveMaxPooling1D, KeepsItsConfig) { expect_config_round_trip("adaptive_max_pooling1d"); }

TEST(AdaptiveMaxPooling1D, NeedsANumberOfWindows) {
  EXPECT_EQ(error_of([] { return AdaptiveMaxPooling1D(0); }),
            "AdaptiveMaxPooling1D: output_size is (0); expected one number of at least 1");
}

TEST(AdaptiveMaxPooling1D, NeedsAStep) {
  EXPECT_EQ(error_of([] {
              return AdaptiveMaxPooling1D(2, {.name = "p"})(Tensor({1, 0, 1}, {}));
            }),
            "AdaptiveMaxPooling1D 'p' on (1, 0, 1): needs at least one step, got (1, 0, 1)");
}

TEST(AdaptiveMaxPooling1D, NeedsSequences) {
  EXPECT_EQ(error_of([] {
              return AdaptiveMaxPooling1D(1, {.name = "p"})(Tensor({1, 2}, {1, 2}));
            }),
            "AdaptiveMaxPooling1D 'p' on (1, 2): needs (batch, steps, features), got (1, 2); give "
            "a single "
            "sequence a batch axis with shape (1, steps, features)");
}

TEST(AdaptiveMaxPooling1D, TakesAnyNumberOfSteps) {
  const SymbolicTensor x = Input({.shape = {kAny, 1}});
  const SymbolicTensor y = AdaptiveMaxPooling1D(2)(x);
  EXPECT_EQ(y.shape(), (Shape{kAny, 2, 1}));
  const Model model(x, y);
  EXPECT_TRUE(equal(model(Tensor({1, 3, 1}, {1, 3, 8})), Tensor({1, 2, 1}, {3, 8})));
  EXPECT_TRUE(equal(model(Tensor({1, 1, 1}, {5})), Tensor({1, 2, 1}, {5, 5})));
}

}  // namespace
}  // namespace domino::layers
