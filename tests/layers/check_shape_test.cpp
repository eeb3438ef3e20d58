#include "domino/layers/check_shape.h"

#include <gtest/gtest.h>

#include <string>

#include "domino/backends/ops.h"
#include "domino/layers.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;

TEST(CheckShape, AsksForSequences) {
  check_sequences({2, 3, 4});
  EXPECT_EQ(error_of([] {
              check_sequences({2, 3});
              return 0;
            }),
            "needs (batch, steps, features), got (2, 3); give a single sequence a batch axis with "
            "shape (1, steps, features)");
}

/// What `layer`, built for (2, 3, 4), says to `shape`.
template <class L>
std::string refusal(const L& layer, const Shape& shape) {
  layer(ops::zeros({2, 3, 4}));
  return error_of([&] { return layer(ops::zeros(shape)); });
}

TEST(CheckShape, LayersKeepTheFeaturesOfTheirFirstCall) {
  const std::string features =
      " 'x' on (2, 3, 5): was built for 4 features, got 5 in (2, 3, 5); a layer keeps the features "
      "of its first call";
  EXPECT_EQ(refusal(Dense(2, {.name = "x"}), {2, 3, 5}), "Dense" + features);
  EXPECT_EQ(refusal(Conv1D(2, 1, {.name = "x"}), {2, 3, 5}), "Conv1D" + features);
  EXPECT_EQ(refusal(LSTM(2, {.name = "x"}), {2, 3, 5}), "LSTM" + features);
  EXPECT_EQ(refusal(LayerNormalization({.name = "x"}), {2, 3, 5}), "LayerNormalization" + features);
  EXPECT_EQ(refusal(BatchNormalization({.name = "x"}), {2, 3, 5}), "BatchNormalization" + features);
  EXPECT_EQ(refusal(PReLU({.name = "x"}), {2, 3, 5}), "PReLU" + features);
}

TEST(CheckShape, LayersKeepOtherAxesToo) {
  const std::string entries =
      " 'x' on (2, 5, 4): was built for 3 entries along axis 1, got 5 in (2, 5, 4); a layer keeps "
      "the entries along axis 1 of its first call";
  EXPECT_EQ(refusal(Conv1D(2, 1, {.data_format = "channels_first", .name = "x"}), {2, 5, 4}),
            "Conv1D" + entries);
  EXPECT_EQ(refusal(LayerNormalization({.axis = 1, .name = "x"}), {2, 5, 4}),
            "LayerNormalization" + entries);
  EXPECT_EQ(refusal(BatchNormalization({.axis = 1, .name = "x"}), {2, 5, 4}),
            "BatchNormalization" + entries);
  EXPECT_EQ(refusal(PReLU({.name = "x"}), {2, 5, 4}), "PReLU" + entries);
  EXPECT_EQ(refusal(PReLU({.shared_axes = 1, .name = "x"}), {2, 5, 4}), "no error");
  EXPECT_EQ(refusal(PReLU({.name = "x"}), {2, 3, 4, 1}),
            "PReLU 'x' on (2, 3, 4, 1): was built for inputs of 3 axes, got (2, 3, 4, 1)");
}

}  // namespace
}  // namespace domino::layers
