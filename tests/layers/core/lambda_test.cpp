#include "domino/layers/core/lambda.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "tests/layers/parity.h"
#include "tests/layers/recorded_lambda.h"

namespace domino::layers {
namespace {

using testing::error_of;

Tensor two_steps() { return Tensor({1, 2, 1}, {1, 2}).with_mask(Mask({1, 2}, {1, 0})); }

TEST(Lambda, MatchesKeras) {
  const testing::RecordedLambda recorded;
  testing::expect_parity("lambda");
}

TEST(Lambda, ComputesAndEndsTheMask) {
  const Tensor y = Lambda([](const Tensor& x) { return ops::square(x); })(two_steps());
  EXPECT_TRUE(equal(y, Tensor({1, 2, 1}, {1, 4})));
  EXPECT_FALSE(y.mask());
}

TEST(Lambda, ReadsTheMask) {
  const Lambda layer([](const Tensor& x, const OptionalMask& mask) {
    return mask ? ops::where(ops::expand_dims(*mask, -1), x, 0) : x;
  });
  EXPECT_TRUE(equal(layer(two_steps()), Tensor({1, 2, 1}, {1, 0})));
  EXPECT_TRUE(equal(layer(two_steps(), {.mask = kNoMask}), Tensor({1, 2, 1}, {1, 2})));
}

TEST(Lambda, FollowsItsMaskRuleAlsoWithoutAMask) {
  const Lambda layer([](const Tensor& x) { return ops::add(x, 1); },
                     {.mask = [](const Tensor&, const OptionalMask& mask) -> OptionalMask {
                       return mask ? *mask : Mask({1, 2}, {0, 1});
                     }});
  EXPECT_EQ(layer(two_steps()).mask(), Mask({1, 2}, {1, 0}));
  EXPECT_EQ(layer(two_steps().without_mask()).mask(), Mask({1, 2}, {0, 1}));
}

TEST(Lambda, CannotBeSaved) {
  EXPECT_EQ(
      error_of([] { return Lambda([](const Tensor& x) { return x; }, {.name = "f"}).config(); }),
      "Lambda 'f': a C++ function cannot be saved; write a layer class instead, deriving "
      "from UnaryLayer");
  EXPECT_EQ(error_of([] { return Lambda::from_config(Config::object()); }),
            "Lambda: the file holds a Python function, which cannot run here; make the layer "
            "known under another class with register_layer, or replace it before saving");
  EXPECT_EQ(error_of([] { return Lambda(Lambda::Function()); }), "Lambda: the function is empty");
}

}  // namespace
}  // namespace domino::layers
