// Layers that treat all steps alike, and those that do not, as `expect_token_wise` tells them apart.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domino/graph/expect_token_wise.h"
#include "domino/layers.h"
#include "tests/error_of.h"

namespace domino {
namespace {

using testing::error_of;
using testing::expect_token_wise;

/// Scales each step by its own size, with ops alone.
class ScaleBySize final : public UnaryLayer<ScaleBySize> {
 public:
  static constexpr std::string_view kType = "ScaleBySize";
  Tensor call(const Tensor& x) const {
    return ops::divide(x, ops::add(ops::sum(ops::abs(x), {-1}, true), 1));
  }
};

/// Reads the numbers itself.
class AddOneByHand final : public UnaryLayer<AddOneByHand> {
 public:
  static constexpr std::string_view kType = "AddOneByHand";
  Tensor call(const Tensor& x) const {
    std::vector<float> numbers;
    for (const float number : x.data<float>()) numbers.push_back(number + 1);
    return {x.shape(), numbers};
  }
};

TEST(ExpectTokenWise, AcceptsLayersThatTreatStepsAlike) {
  expect_token_wise(layers::Dense(5, {.activation = "gelu"}), {3});
  expect_token_wise(layers::LayerNormalization(), {4});
  expect_token_wise(layers::UnitNormalization(), {4});
  expect_token_wise(ScaleBySize(), {3});
}

TEST(ExpectTokenWise, NamesTheLayerThatDoesNot) {
  EXPECT_EQ(error_of([] { expect_token_wise(layers::Conv1D(2, 3), {3}); }),
            "Conv1D (unnamed) computes every step of a packed tensor (4, 6, 3); an op of its call "
            "mixes steps, or "
            "reads their numbers itself");
  EXPECT_EQ(error_of([] { expect_token_wise(AddOneByHand(), {3}); }),
            "AddOneByHand (unnamed) computes every step of a packed tensor (4, 6, 3); an op of its "
            "call mixes "
            "steps, or reads their numbers itself");
}

}  // namespace
}  // namespace domino
