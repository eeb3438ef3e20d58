// What docs/parity.md says of the places where Domino differs from Keras, or might be thought to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/error.h"
#include "domino/graph/model.h"
#include "domino/graph/sequential.h"
#include "domino/layers.h"
#include "tests/error_of.h"

namespace domino {
namespace {

using testing::error_of;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

const Tensor kClean({1, 3, 2}, {1, 2, 3, 4, 5, 6});
const Mask kFirstTwo({1, 3}, {1, 1, 0});

/// A sequence whose last step is masked, and NaN.
Tensor dirty() { return Tensor({1, 3, 2}, {1, 2, 3, 4, kNaN, kNaN}).with_mask(kFirstTwo); }

bool has_nan(const Tensor& x) {
  return std::ranges::any_of(x.data<float>(), [](float value) { return std::isnan(value); });
}

TEST(ParityPageTest, MasksKeepNaNOutOfTheseLayers) {
  EXPECT_FALSE(has_nan(layers::LSTM(2)(dirty())));
  EXPECT_FALSE(has_nan(layers::GRU(2)(dirty())));
  EXPECT_FALSE(has_nan(layers::SimpleRNN(2)(dirty())));
  EXPECT_FALSE(has_nan(layers::Bidirectional(layers::LSTM(2))(dirty())));
  EXPECT_FALSE(has_nan(layers::GlobalAveragePooling1D()(dirty())));
  EXPECT_FALSE(has_nan(layers::Multiply()({kClean, dirty()})));
  EXPECT_FALSE(has_nan(layers::Maximum()({kClean, dirty()})));
  EXPECT_FALSE(has_nan(layers::Minimum()({kClean, dirty()})));
}

TEST(ParityPageTest, ElementWiseLayersLeaveNaNAtItsStep) {
  const Tensor y = layers::Dense(2)(dirty());
  EXPECT_FALSE(std::isnan(y.item({0, 1, 0})));
  EXPECT_TRUE(std::isnan(y.item({0, 2, 0})));
}

TEST(ParityPageTest, NaNInAMaskedValueReachesNoQuery) {
  const layers::MultiHeadAttention attention(1, 2);
  const Tensor masked = kClean.with_mask(kFirstTwo);
  EXPECT_FALSE(has_nan(attention({.query = kClean, .value = dirty()})));
  EXPECT_FALSE(has_nan(attention({.query = kClean, .value = masked, .key = dirty()})));
  EXPECT_FALSE(has_nan(layers::Attention()({kClean, dirty(), kClean})));
  EXPECT_FALSE(has_nan(layers::Attention()({kClean, masked, dirty()})));
  EXPECT_FALSE(has_nan(layers::AdditiveAttention()({kClean, dirty()})));
  for (const Tensor& output :
       attention.outputs({.query = kClean, .value = dirty(), .return_attention_scores = true})) {
    EXPECT_FALSE(has_nan(output));
  }
  for (const Tensor& output :
       layers::Attention().outputs({kClean, dirty()}, {.return_attention_scores = true})) {
    EXPECT_FALSE(has_nan(output));
  }
}

TEST(ParityPageTest, MaskingMakesMaskedStepsZero) {
  const Tensor cleaned = layers::Masking({.mask_value = -1.0})(Tensor({1, 2, 1}, {3, -1}));
  EXPECT_EQ(cleaned.item({0, 1, 0}), 0);
}

TEST(ParityPageTest, IdsOutsideTheTableAreErrors) {
  const layers::Embedding embedding(10, 2);
  for (const int id : {-1, 10}) {
    EXPECT_THAT(error_of<ValueError>([&] {
                  return embedding(Tensor({1, 2}, std::vector<int>{3, id}));
                }),
                ::testing::HasSubstr("token id " + std::to_string(id) + " at (0, 1)"));
  }
}

TEST(ParityPageTest, FloatIds) {
  const Tensor ids({1, 2}, {0.9F, 3.0F});
  const layers::Embedding embedding(10, 2, {.mask_zero = true});
  EXPECT_EQ(*embedding(ids).mask(), Mask({1, 2}, {1, 1}));
  const SymbolicTensor input = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "ids"});
  const Model intended(input, embedding(input));
  EXPECT_EQ(error_of<DTypeError>([&] { return intended(ids); }),
            "input 'ids' is float32, expected int32; make it of integers, Tensor(shape, "
            "std::vector<int>{...}), or cast it");
  EXPECT_EQ(*intended.with_rules(MaskRules::Keras)(ids).mask(), Mask({1, 2}, {0, 1}));
}

TEST(ParityPageTest, EagerCallsLeaveTheCallersTensorsAlone) {
  const RulesScope keras(MaskRules::Keras);
  const Tensor x = kClean.with_mask(kFirstTwo);
  layers::MultiHeadAttention(1, 2)({.query = x, .value = x});
  EXPECT_EQ(*x.mask(), kFirstTwo);
}

TEST(ParityPageTest, ASequentialLeavesBatchAndStepsOpen) {
  const Sequential model({layers::Embedding(10, 4, {.mask_zero = true}), layers::LSTM(3)});
  EXPECT_EQ(model.predict({{1, 2}, {3}}).shape(), (Shape{2, 3}));
  EXPECT_EQ(model.predict({{1, 2, 3, 4}}).shape(), (Shape{1, 3}));
}

TEST(ParityPageTest, ALambdaIsNotSaved) {
  const layers::Lambda square([](const Tensor& x) { return ops::square(x); });
  EXPECT_NE(error_of<BuildError>([&] { return square.config(); }), "no error");
}

TEST(ParityPageTest, DenormalNumbersAreNotZero) {
  const Tensor x({1, 1, 1}, {1e-45F});
  EXPECT_EQ(*layers::Masking()(x).mask(), Mask({1, 1}, {1}));
}

}  // namespace
}  // namespace domino
