#include "domino/layers/attention/multi_head_attention.h"

#include <gtest/gtest.h>

#include <cmath>

#include "domino/backends/ops.h"
#include "domino/graph/input_layer.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using domino::testing::error_of;

Tensor waves(const Shape& shape) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < shape.elements(); ++i)
    values.push_back(std::sin(static_cast<float>(i)));
  return Tensor(shape, values);
}

Tensor wave_query() { return waves({2, 3, 4}); }
Tensor wave_value() { return waves({2, 2, 4}); }

void expect_near(const Tensor& got, const Tensor& want) {
  ASSERT_EQ(got.shape(), want.shape());
  const auto a = got.data<float>();
  const auto b = want.data<float>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6) << i;
}

TEST(MultiHeadAttentionTest, DoesAsKeras) { testing::expect_parity("multi_head_attention"); }
TEST(MultiHeadAttentionTest, KeepsTheConfigurationOfKeras) {
  testing::expect_config_round_trip("multi_head_attention");
}

TEST(MultiHeadAttentionTest, HasKerasWeights) {
  const MultiHeadAttention layer(2, 3, {.value_dim = 5, .output_shape = 6, .use_gate = true});
  const MultiHeadAttention copy = layer;  // NOLINT(performance-unnecessary-copy-initialization)
  const Tensor y = layer({.query = wave_query(), .value = wave_value()});
  EXPECT_EQ(y.shape(), (Shape{2, 3, 6}));
  std::vector<std::pair<std::string, Shape>> weights;
  for (const Variable& variable : copy.weights()) {
    weights.emplace_back(variable.path, variable.value.shape());
  }
  EXPECT_EQ(weights, (std::vector<std::pair<std::string, Shape>>{{"query_dense/kernel", {4, 2, 3}},
                                                                 {"query_dense/bias", {2, 3}},
                                                                 {"key_dense/kernel", {4, 2, 3}},
                                                                 {"key_dense/bias", {2, 3}},
                                                                 {"_gate_dense/kernel", {4, 2, 5}},
                                                                 {"_gate_dense/bias", {2, 5}},
                                                                 {"value_dense/kernel", {4, 2, 5}},
                                                                 {"value_dense/bias", {2, 5}},
                                                                 {"output_dense/kernel", {2, 5, 6}},
                                                                 {"output_dense/bias", {6}}}));
  EXPECT_TRUE(equal(copy({.query = wave_query(), .value = wave_value()}), y));
}

TEST(MultiHeadAttentionTest, GivesScoresOnlyWithOutputs) {
  const MultiHeadAttention layer(2, 3);
  const Tensors outputs = layer.outputs(
      {.query = wave_query(), .value = wave_value(), .return_attention_scores = true});
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_EQ(outputs[1].shape(), (Shape{2, 2, 3, 2}));
  EXPECT_FALSE(outputs[1].mask());
  EXPECT_EQ(
      error_of([&] {
        return layer(
            {.query = wave_query(), .value = wave_value(), .return_attention_scores = true});
      }),
      "MultiHeadAttention (unnamed) gives several outputs because of return_attention_scores; "
      "call outputs(...), which returns all of them");
}

TEST(MultiHeadAttentionTest, CountsAnExplicitQueryMask) {
  const MultiHeadAttention layer(2, 3);
  const Mask mask({2, 3}, {1, 1, 0, 1, 0, 0});
  const Tensor given = layer({.query = wave_query(), .value = wave_value(), .query_mask = mask});
  EXPECT_EQ(*given.mask(), mask);
  EXPECT_TRUE(equal(given, layer({.query = wave_query().with_mask(mask), .value = wave_value()})));
  EXPECT_FALSE(
      layer({.query = wave_query().with_mask(mask), .value = wave_value(), .query_mask = kNoMask})
          .mask());
}

TEST(MultiHeadAttentionTest, TakesAKeyMaskWithoutAKey) {
  const MultiHeadAttention layer(2, 3);
  const Mask mask({2, 2}, {1, 0, 1, 1});
  const Tensor y = layer({.query = wave_query(), .value = wave_value(), .key_mask = mask});
  expect_near(y, layer({.query = wave_query(), .value = wave_value(), .value_mask = mask}));
  const SymbolicTensor q = Input({.shape = {kAny, 4}});
  const SymbolicTensor m = Input({.shape = {kAny}, .dtype = DType::Bool});
  EXPECT_EQ(layer({.query = q, .value = q, .key_mask = m}).shape(), (Shape{kAny, kAny, 4}));
}

TEST(MultiHeadAttentionTest, AttendsOverAllAxesOfSteps) {
  const MultiHeadAttention layer(2, 3);
  const Tensor image = waves({2, 2, 3, 4});
  const Tensor y = layer({.query = image, .value = image});
  EXPECT_EQ(y.shape(), image.shape());
  const Tensor line = ops::reshape(image, {2, 6, 4});
  expect_near(ops::reshape(y, {2, 6, 4}), layer({.query = line, .value = line}));

  const Tensor seen({2, 3, 2, 3}, {1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1,
                                   1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 1});
  const Tensors masked = layer.outputs(
      {.query = image, .value = image, .attention_mask = seen, .return_attention_scores = true});
  const Tensors flat = layer.outputs({.query = line,
                                      .value = line,
                                      .attention_mask = ops::reshape(seen, {6, 6}),
                                      .return_attention_scores = true});
  expect_near(ops::reshape(masked[0], {2, 6, 4}), flat[0]);
  expect_near(ops::reshape(masked[1], {2, 2, 6, 6}), flat[1]);
  EXPECT_EQ(masked[1].mask()->shape(), (Shape{1, 1, 2, 3, 2, 3}));
}

TEST(MultiHeadAttentionTest, IsWiredWithUnknownSizes) {
  const SymbolicTensor x = Input({.shape = {kAny, 8}});
  const SymbolicTensor memory = Input({.shape = {5, 6}});
  EXPECT_EQ(
      MultiHeadAttention(2, 3)({.query = x, .value = memory, .use_causal_mask = true}).shape(),
      (Shape{kAny, kAny, 8}));
  const MultiHeadAttention narrow(2, 3, {.output_shape = {3, 2}, .sliding_window = 2});
  const SymbolicTensors outputs =
      narrow.outputs({.query = x, .value = memory, .key = memory, .return_attention_scores = true});
  EXPECT_EQ(outputs[0].shape(), (Shape{kAny, kAny, 3, 2}));
  EXPECT_EQ(outputs[1].shape(), (Shape{kAny, 2, kAny, 5}));
}

TEST(MultiHeadAttentionTest, RefusesOptionsThatMeanNothing) {
  EXPECT_EQ(error_of([] { return MultiHeadAttention(0, 3); }),
            "MultiHeadAttention: num_heads is 0; expected at least 1");
  EXPECT_EQ(error_of([] { return MultiHeadAttention(2, -1); }),
            "MultiHeadAttention: key_dim is -1; expected at least 1");
  EXPECT_EQ(error_of([] { return MultiHeadAttention(2, 3, {.value_dim = 0}); }),
            "MultiHeadAttention: value_dim is 0; expected at least 1");
  EXPECT_EQ(error_of([] { return MultiHeadAttention(2, 3, {.sliding_window = 0}); }),
            "MultiHeadAttention: sliding_window is 0; expected at least 1");
  EXPECT_EQ(
      error_of([] {
        return MultiHeadAttention(2, 3, {.attention_axes = {1, 3}})(
            {.query = waves({1, 2, 2, 4}), .value = waves({1, 2, 2, 4})});
      }),
      "MultiHeadAttention (unnamed) on (1, 2, 2, 4), (1, 2, 2, 4): attention_axes is (1, 3) for "
      "inputs of 4 axes; expected axes of steps, each once, here from 1 to 2");
}

TEST(MultiHeadAttentionTest, AttendsAlongOneAxisOfAPicture) {
  const MultiHeadAttention layer(2, 3, {.attention_axes = 2});
  const SymbolicTensor query = Input({.shape = {2, kAny, 4}});
  const SymbolicTensor value = Input({.shape = {2, kAny, 4}});
  EXPECT_EQ(
      layer.outputs({.query = query, .value = value, .return_attention_scores = true})[1].shape(),
      (Shape{kAny, 2, 2, kAny, kAny}));
  EXPECT_EQ(error_of([&] {
              return layer({.query = waves({1, 2, 3, 4}), .value = waves({1, 5, 3, 4})});
            }),
            "MultiHeadAttention (unnamed) on (1, 2, 3, 4), (1, 5, 3, 4): query and key need equal "
            "sizes but for the features and attention_axes, got (1, 2, 3, 4) and (1, 5, 3, 4)");
  EXPECT_EQ(
      error_of([&] {
        return layer({.query = waves({1, 2, 3, 4}),
                      .value = waves({1, 2, 3, 4}),
                      .query_mask = Mask({1, 2}, {1, 0})});
      }),
      "MultiHeadAttention (unnamed) on (1, 2, 3, 4), (1, 2, 3, 4): its query_mask has shape (1, "
      "2); expected all axes up to the attended one, here (1, 2, 3)");
}

TEST(MultiHeadAttentionTest, SaysWhichInputsItNeeds) {
  const MultiHeadAttention layer(2, 3);
  EXPECT_EQ(error_of([&] {
              return layer({.query = wave_query(), .value = waves({2, 4})});
            }),
            "MultiHeadAttention (unnamed) on (2, 3, 4), (2, 4): needs query, value and key of "
            "(batch, steps, features), got (2, 3, 4), (2, 4) and (2, 4)");
  EXPECT_EQ(
      error_of([&] {
        return layer({.query = wave_query(), .value = wave_value(), .key = wave_query()});
      }),
      "MultiHeadAttention (unnamed) on (2, 3, 4), (2, 2, 4), (2, 3, 4): value and key need as "
      "many steps, got (2, 2, 4) and (2, 3, 4)");
  EXPECT_EQ(error_of([&] {
              return layer({.query = waves({1, 3, 4}), .value = wave_value()});
            }),
            "MultiHeadAttention (unnamed) on (1, 3, 4), (2, 2, 4): query, value and key need as "
            "many sequences, got 1, 2 and 2 in (1, 3, 4), (2, 2, 4) and (2, 2, 4)");
  EXPECT_EQ(error_of([&] {
              return layer({.query = waves({2, 3, 5}), .value = wave_value()});
            }),
            "MultiHeadAttention (unnamed) on (2, 3, 5), (2, 2, 4): its query_dense was built for 4 "
            "features, got 5 in (2, 3, 5); a layer keeps the features of its first call");
}

TEST(MultiHeadAttentionTest, SaysWhichMasksItNeeds) {
  const MultiHeadAttention layer(2, 3);
  const Mask wrong({2, 4}, {1, 1, 1, 1, 1, 1, 1, 1});
  EXPECT_EQ(
      error_of([&] {
        return layer({.query = wave_query(), .value = wave_value(), .query_mask = wrong});
      }),
      "MultiHeadAttention (unnamed) on (2, 3, 4), (2, 2, 4): its query_mask has shape (2, 4); "
      "expected (batch, steps), here (2, 3)");
  EXPECT_EQ(
      error_of([&] {
        return layer({.query = wave_query(), .value = wave_value(), .value_mask = wrong});
      }),
      "MultiHeadAttention (unnamed) on (2, 3, 4), (2, 2, 4): its value_mask has shape (2, 4); "
      "expected (batch, steps), here (2, 2)");
  EXPECT_EQ(
      error_of([&] {
        return layer({.query = wave_query(), .value = wave_value(), .attention_mask = wrong});
      }),
      "MultiHeadAttention (unnamed) on (2, 3, 4), (2, 2, 4), (2, 4): its attention_mask has shape "
      "(2, 4); expected (3, 2), (2, 3, 2) or (2, 2, 3, 2), where sizes may be 1");
  const Tensor image = waves({2, 2, 3, 4});
  EXPECT_EQ(error_of([&] { return layer({.query = image, .value = image, .value_mask = wrong}); }),
            "MultiHeadAttention (unnamed) on (2, 2, 3, 4), (2, 2, 3, 4): takes a value_mask for "
            "(batch, steps, features), not for (2, 2, 3, 4); give an attention_mask");
  EXPECT_EQ(
      error_of([&] { return layer({.query = image, .value = image, .use_causal_mask = true}); }),
      "MultiHeadAttention (unnamed) on (2, 2, 3, 4), (2, 2, 3, 4): takes use_causal_mask for "
      "(batch, steps, features), not for (2, 2, 3, 4); give an attention_mask");
}

}  // namespace
}  // namespace domino::layers
