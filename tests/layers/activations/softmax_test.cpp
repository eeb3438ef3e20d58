#include "domino/layers/activations/softmax.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Softmax, MatchesKeras) { expect_parity("softmax"); }

TEST(Softmax, KeepsItsConfig) { expect_config_round_trip("softmax"); }

TEST(Softmax, RefusesMasksThatDoNotFit) {
  EXPECT_EQ(error_of([] {
              return Softmax({.name = "s"})(Tensor({1, 2, 2}, {1, 2, 3, 4}),
                                            {.mask = Mask({1, 3}, {1, 0, 1})});
            }),
            "Softmax 's' on (1, 2, 2): a mask of shape (1, 3) for (1, 2, 2); expected a mask of "
            "steps, such as (batch, steps), or one that broadcasts to all entries");
}

TEST(Softmax, NeedsAnAxis) {
  EXPECT_EQ(error_of([] { return Softmax({.axis = Integers(std::vector<std::int64_t>{})}); }),
            "Softmax: axis names no axis; expected one, as in -1, or several");
}

TEST(Softmax, TakesAMaskOfStepsForWholeSteps) {
  const Tensor x({1, 2, 2}, {1, 1, 7, 8});
  const Tensor y = Softmax()(x, {.mask = Mask({1, 2}, {1, 0})});
  EXPECT_TRUE(equal(y, Tensor({1, 2, 2}, {0.5, 0.5, 0, 0})));
  EXPECT_EQ(y.mask(), Mask({1, 2}, {1, 0}));
}

TEST(Softmax, WithoutAxisSpansAllEntries) {
  const Tensor y = Softmax({.axis = {}})(Tensor({2, 2}, {3, 3, 3, 3}));
  EXPECT_TRUE(equal(y, Tensor({2, 2}, {.25, .25, .25, .25})));
}

}  // namespace
}  // namespace domino::layers
