#include "domino/layers/attention/attention.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "domino/graph/input_layer.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using domino::testing::error_of;

Tensor query() { return Tensor({1, 2, 2}, {1, 0, 0, 1}); }
Tensor value() { return Tensor({1, 3, 2}, {1, 2, 3, 4, 5, 6}); }

TEST(AttentionTest, DoesAsKeras) { testing::expect_parity("attention"); }
TEST(AttentionTest, KeepsTheConfigurationOfKeras) {
  testing::expect_config_round_trip("attention");
}

TEST(AttentionTest, HasKerasWeights) {
  const Attention layer({.use_scale = true, .score_mode = "concat"});
  const Attention copy = layer;  // NOLINT(performance-unnecessary-copy-initialization)
  layer({query(), value()});
  const std::vector<Variable> weights = copy.weights();
  ASSERT_EQ(weights.size(), 2U);
  EXPECT_EQ(weights[0].path, "scale");
  EXPECT_EQ(weights[1].path, "concat_score_weight");
  EXPECT_EQ(weights[0].value.shape(), Shape());
  EXPECT_EQ(weights[0].value.item(), 1);
}

TEST(AttentionTest, GivesScoresOnlyWithOutputs) {
  const Attention layer;
  const Tensors outputs = layer.outputs({query(), value()}, {.return_attention_scores = true});
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_EQ(outputs[1].shape(), (Shape{1, 2, 3}));
  EXPECT_EQ(layer.outputs({query(), value()}).size(), 1U);
  EXPECT_EQ(error_of([&] {
              return layer({query(), value()}, {.return_attention_scores = true});
            }),
            "Attention (unnamed) gives several outputs because of return_attention_scores; call "
            "outputs(...), which returns all of them");
}

TEST(AttentionTest, TakesMasksAsAList) {
  const Attention layer;
  const Tensor carried = query().with_mask(Mask({1, 2}, {1, 0}));
  const Mask first({1, 3}, {1, 0, 0});
  const Tensor y = layer({carried, value()}, {.mask = {std::nullopt, first}});
  EXPECT_FALSE(y.mask());
  EXPECT_TRUE(equal(y.without_mask(), Tensor({1, 2, 2}, {1, 2, 1, 2})));
  const Tensor with_key = layer({carried, value(), value()}, {.mask = {std::nullopt, first}});
  EXPECT_TRUE(equal(with_key, y));
}

TEST(AttentionTest, IsWiredWithUnknownSizes) {
  const SymbolicTensor q = Input({.shape = {kAny, 8}});
  const SymbolicTensor v = Input({.shape = {5, 8}});
  EXPECT_EQ(Attention()({q, v}).shape(), (Shape{kAny, kAny, 8}));
  const SymbolicTensors outputs =
      Attention().outputs({q, v}, {.return_attention_scores = true, .use_causal_mask = true});
  EXPECT_EQ(outputs[1].shape(), (Shape{kAny, kAny, 5}));
}

TEST(AttentionTest, SaysWhatItNeeds) {
  EXPECT_EQ(error_of([] { return Attention({.score_mode = "add"}); }),
            "Attention: score_mode is 'add'; expected 'dot' or 'concat'");
  const Attention layer;
  EXPECT_EQ(error_of([&] { return layer({query()}); }),
            "Attention (unnamed) on (1, 2, 2): needs [query, value] or [query, value, key], got 1 "
            "tensors");
  EXPECT_EQ(error_of([&] {
              return layer({query(), Tensor({1, 2}, {1, 2})});
            }),
            "Attention (unnamed) on (1, 2, 2), (1, 2): needs tensors of (batch, steps, features), "
            "got (1, 2)");
  EXPECT_EQ(error_of([&] {
              return layer({query(), value(), query()});
            }),
            "Attention (unnamed) on (1, 2, 2), (1, 3, 2), (1, 2, 2): value and key need as many "
            "steps, got 3 and 2 in (1, 3, 2) and (1, 2, 2)");
  EXPECT_EQ(
      error_of([&] {
        return layer({query(), Tensor({1, 1, 3}, {1, 2, 3})});
      }),
      "Attention (unnamed) on (1, 2, 2), (1, 1, 3): query and key need as many features, got 2 "
      "and 3 in (1, 2, 2) and (1, 1, 3)");
}

TEST(AttentionTest, SaysWhichMasksItNeeds) {
  const Attention layer;
  const Mask two({1, 2}, {1, 1});
  const Mask three({1, 3}, {1, 1, 1});
  EXPECT_EQ(error_of([&] {
              return layer({query(), value()}, {.mask = {two, two}});
            }),
            "Attention (unnamed) on (1, 2, 2), (1, 3, 2): its value's mask has shape (1, 2); "
            "expected (batch, values) or (batch, queries, values), here (1, 3) or (1, 2, 3)");
  EXPECT_EQ(error_of([&] {
              return layer({query(), value()}, {.mask = {three, three}});
            }),
            "Attention (unnamed) on (1, 2, 2), (1, 3, 2): its query's mask has shape (1, 3); "
            "expected (batch, queries), here (1, 2)");
  EXPECT_EQ(error_of([&] {
              return layer({query(), value()}, {.mask = {two}});
            }),
            "Attention (unnamed) on (1, 2, 2), (1, 3, 2): 1 masks for 2 tensors; give one per "
            "tensor");
}

}  // namespace
}  // namespace domino::layers
