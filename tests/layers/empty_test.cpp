// No rows, and no steps, on every backend. Shapes are those of Keras 3.15.1; where TensorFlow stops at a
// batch of no rows (LSTM, GlobalMaxPooling1D) Domino goes on.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/graph/invoke.h"
#include "domino/graph/model.h"
#include "domino/layers.h"
#include "tests/layers/parity.h"
#include "tests/quiet.h"

namespace domino::layers {
namespace {

using testing::error_of;

/// A layer of one tensor, what it gives for no rows of (4, 3), and for two rows of no steps: an error
/// if it has no such shape.
struct EmptyCase {
  LayerHandle layer;
  Shape no_rows;
  std::optional<Shape> no_steps;
};

std::vector<EmptyCase> unary_cases() {
  const LSTM sequences(2, {.return_sequences = true});
  return {
      {LSTM(2), {0, 2}, {}},
      {GRU(2), {0, 2}, {}},
      {GRU(2, {.reset_after = false}), {0, 2}, {}},
      {SimpleRNN(2), {0, 2}, {}},
      {sequences, {0, 4, 2}, {}},
      {Bidirectional(LSTM(2)), {0, 4}, {}},
      {Bidirectional(sequences), {0, 4, 4}, {}},
      {TimeDistributed(Dense(2)), {0, 4, 2}, Shape{2, 0, 2}},
      {Conv1D(2, 3), {0, 2, 2}, {}},
      {Conv1D(2, 3, {.padding = "same"}), {0, 4, 2}, Shape{2, 0, 2}},
      {Conv1D(2, 3, {.padding = "causal"}), {0, 4, 2}, {}},
      {Conv1DTranspose(2, 3), {0, 6, 2}, {}},
      {Conv1DTranspose(2, 3, {.padding = "same"}), {0, 4, 2}, Shape{2, 0, 2}},
      {DepthwiseConv1D(3), {0, 2, 3}, {}},
      {SeparableConv1D(2, 3, {.padding = "same"}), {0, 4, 2}, Shape{2, 0, 2}},
      {MaxPooling1D(2), {0, 2, 3}, Shape{2, 0, 3}},
      {AveragePooling1D(2, {.padding = "same"}), {0, 2, 3}, Shape{2, 0, 3}},
      {AdaptiveMaxPooling1D(3), {0, 3, 3}, {}},
      {GlobalAveragePooling1D(), {0, 3}, Shape{2, 3}},
      {GlobalMaxPooling1D(), {0, 3}, {}},
      {Dense(2), {0, 4, 2}, Shape{2, 0, 2}},
      {LayerNormalization(), {0, 4, 3}, Shape{2, 0, 3}},
      {BatchNormalization(), {0, 4, 3}, Shape{2, 0, 3}},
      {Softmax(), {0, 4, 3}, Shape{2, 0, 3}},
      {Masking(), {0, 4, 3}, Shape{2, 0, 3}},
      {Flatten(), {0, 12}, Shape{2, 0}},
      {Permute({2, 1}), {0, 3, 4}, Shape{2, 3, 0}},
      {Reshape({3, 4}), {0, 3, 4}, {}},
  };
}

class EmptyTensors : public ::testing::TestWithParam<std::string_view> {
 protected:
  EmptyTensors() : scope_(backend(GetParam())) {}

 private:
  BackendScope scope_;
  const testing::Quiet quiet_;
};
INSTANTIATE_TEST_SUITE_P(Backends, EmptyTensors, ::testing::ValuesIn(available_backends()),
                         [](const auto& info) { return std::string(info.param); });

Call<Tensor> call_on(const Layer& layer, const Tensor& x) {
  Call<Tensor> call;
  call.arguments.resize(layer.signature().size());
  call.masks.resize(layer.signature().size());
  call.arguments[0] = {x};
  return call;
}

/// The shape of the layer's output, or nothing if it is an error.
std::optional<Shape> shape_from(const Layer& layer, const Tensor& x) {
  try {
    return call_eagerly(layer, call_on(layer, x)).front().shape();
  } catch (const Error&) {
    return std::nullopt;
  }
}

TEST_P(EmptyTensors, NoRows) {
  for (const EmptyCase& each : unary_cases()) {
    SCOPED_TRACE(each.layer->config().to_json());
    EXPECT_EQ(shape_from(*each.layer, ops::zeros({0, 4, 3})), each.no_rows);
    const Tensor masked = ops::zeros({0, 4, 3}).with_mask(Mask(ops::zeros({0, 4}, DType::Bool)));
    EXPECT_EQ(shape_from(*each.layer, masked), each.no_rows);
  }
}

TEST_P(EmptyTensors, NoSteps) {
  for (const EmptyCase& each : unary_cases()) {
    SCOPED_TRACE(each.layer->config().to_json());
    call_eagerly(*each.layer, call_on(*each.layer, ops::zeros({1, 4, 3})));
    EXPECT_EQ(shape_from(*each.layer, ops::zeros({2, 0, 3})), each.no_steps);
  }
}

TEST_P(EmptyTensors, AttentionOverNothing) {
  const auto zeros = [](std::int64_t batch, std::int64_t steps) {
    return ops::zeros({batch, steps, 3});
  };
  const Attention attention;
  const MultiHeadAttention heads(2, 2);
  for (const auto& [batch, queries, values] :
       {std::tuple{0, 4, 5}, std::tuple{2, 0, 5}, std::tuple{2, 4, 0}, std::tuple{2, 0, 0}}) {
    const Shape expected{batch, queries, 3};
    EXPECT_EQ(attention({zeros(batch, queries), zeros(batch, values)}).shape(), expected);
    EXPECT_EQ(heads({.query = zeros(batch, queries), .value = zeros(batch, values)}).shape(),
              expected);
  }
  const auto largest = [](const Tensor& x) {
    return current_backend().download(ops::max(ops::abs(x))).item();
  };
  EXPECT_EQ(largest(attention({ops::ones({2, 4, 3}), zeros(2, 0)})), 0);
  EXPECT_EQ(largest(heads({.query = ops::ones({2, 4, 3}), .value = zeros(2, 0)})), 0);
}

TEST_P(EmptyTensors, ConcatenateAndEmbedding) {
  EXPECT_EQ(Concatenate({.axis = 1})({ops::zeros({2, 0, 3}), ops::zeros({2, 5, 3})}).shape(),
            (Shape{2, 5, 3}));
  EXPECT_EQ(Concatenate()({ops::zeros({2, 0, 3}), ops::zeros({2, 0, 2})}).shape(),
            (Shape{2, 0, 5}));
  const Embedding embedding(5, 2, {.mask_zero = true});
  for (const Shape& shape : {Shape{2, 0}, Shape{0, 2}}) {
    const Tensor y = embedding(ops::zeros(shape, DType::Int32));
    EXPECT_EQ(y.shape(), shape.inserted(2, 2));
    EXPECT_EQ(y.mask()->shape(), shape);
  }
}

TEST_P(EmptyTensors, ModelsOfNoRows) {
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  const SymbolicTensor x = Embedding(5, 3, {.mask_zero = true})(ids);
  const SymbolicTensor heads = MultiHeadAttention(2, 2)({.query = x, .value = x});
  const SymbolicTensor y = Bidirectional(GRU(2))(Add()({x, heads}));
  const Model model(ids, y);
  EXPECT_EQ(model(ops::zeros({0, 4}, DType::Int32)).shape(), (Shape{0, 4}));
  EXPECT_EQ(model.predict(Tensor::empty({0, 4}, DType::Int32)).shape(), (Shape{0, 4}));
}

}  // namespace
}  // namespace domino::layers
