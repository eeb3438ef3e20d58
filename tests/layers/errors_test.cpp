// What layers say to masks and element types that do not fit.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/layers.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;

Tensor masked(const Shape& shape, const Shape& mask) {
  return ops::ones(shape).with_mask(Mask(ops::ones(mask, DType::Bool)));
}

template <class L>
std::string refusal(const L& layer, const Tensors& inputs) {
  return error_of([&] { return layer(inputs); });
}

TEST(MasksOfMerges, MustFit) {
  const Tensors inputs{masked({2, 3, 4}, {2, 3}), masked({2, 3, 4}, {2, 2})};
  const std::string each =
      " 'm' on (2, 3, 4), (2, 3, 4): its inputs carry masks of shapes (2, 3) and (2, 2), which do "
      "not fit each other; expected those of the inputs, such as (batch, steps)";
  EXPECT_EQ(refusal(Add({.name = "m"}), inputs), "Add" + each);
  EXPECT_EQ(refusal(Average({.name = "m"}), inputs), "Average" + each);
  EXPECT_EQ(refusal(Subtract({.name = "m"}), inputs), "Subtract" + each);
  const std::string one =
      " 'm' on (2, 3, 4), (2, 3, 4): an input of shape (2, 3, 4) carries a mask of shape (2, 2); "
      "expected one axis less than the input, such as (batch, steps)";
  EXPECT_EQ(refusal(Maximum({.name = "m"}), inputs), "Maximum" + one);
  EXPECT_EQ(refusal(Minimum({.name = "m"}), inputs), "Minimum" + one);
  EXPECT_EQ(refusal(Multiply({.name = "m"}), inputs), "Multiply" + one);
  EXPECT_EQ(refusal(Concatenate({.name = "m"}), inputs),
            "Concatenate 'm' on (2, 3, 4), (2, 3, 4): a mask of shape (2, 2) for an input of shape "
            "(2, 3, 4); expected one axis less than the input, such as (batch, steps)");
}

TEST(ElementTypes, AreNamedInErrors) {
  const Tensor words({1, 2, 1}, std::vector<std::string>{"a", "b"});
  const auto on_words = [&](const auto& layer) { return error_of([&] { return layer(words); }); };
  const std::string tail =
      " does not take strings; turn them into numbers first, as TextVectorization does";
  EXPECT_EQ(on_words(Dense(2, {.name = "x"})), "Dense 'x' on (1, 2, 1): cast" + tail);
  EXPECT_EQ(on_words(LSTM(2, {.name = "x"})), "LSTM 'x' on (1, 2, 1): cast" + tail);
  EXPECT_EQ(on_words(Conv1D(2, 1, {.name = "x"})), "Conv1D 'x' on (1, 2, 1): conv1d" + tail);
  EXPECT_EQ(on_words(Embedding(2, 2, {.name = "x"})), "Embedding 'x' on (1, 2, 1): cast" + tail);
  EXPECT_EQ(on_words(Masking({.name = "x"})),
            "Masking 'x' on (1, 2, 1): string and float32 have no common type: strings do not mix "
            "with numbers");
  const Tensor flags = ops::zeros({1, 2, 1}, DType::Bool);
  EXPECT_EQ(error_of([&] { return Softmax({.name = "x"})(flags); }),
            "Softmax 'x' on (1, 2, 1): softmax needs floating numbers, got bool");
  EXPECT_EQ(error_of([&] { return ReLU({.name = "x"})(flags); }),
            "ReLU 'x' on (1, 2, 1): relu of bool; cast to a floating type first");
}

TEST(Ranks, AreNamedInErrors) {
  const Tensor row = ops::zeros({2, 3});
  EXPECT_EQ(error_of([&] { return Conv1D(1, 1, {.name = "x"})(row); }),
            "Conv1D 'x' on (2, 3): needs (batch, steps, features), got (2, 3); give a single "
            "sequence a batch axis with shape (1, steps, features)");
  EXPECT_EQ(error_of([&] { return BatchNormalization({.axis = 2, .name = "x"})(row); }),
            "BatchNormalization 'x' on (2, 3): axis 2 does not exist in shape (2, 3); axes run "
            "from -2 to 1");
}

}  // namespace
}  // namespace domino::layers
