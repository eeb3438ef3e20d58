// What is computed under the padding: rows are counted, and nothing else changes.

#include "domino/backends/packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "domino/backends/backend.h"
#include "domino/graph/model.h"
#include "domino/layers.h"
#include "tests/integration/devices.h"
#include "tests/integration/with_positions.h"
#include "tests/quiet.h"

namespace domino {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::with_positions;

constexpr std::int64_t kBatch = 6;
constexpr std::int64_t kSteps = 20;

/// Ids of sentences; lengths 20, 9, 3, 1 and none, and one with holes and padding in front.
Tensor ids() {
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(kBatch * kSteps), 0);
  const std::array<std::int64_t, 4> lengths = {kSteps, 9, 3, 1};
  for (std::size_t row = 0; row < lengths.size(); ++row) {
    for (std::int64_t step = 0; step < lengths[row]; ++step) {
      numbers[row * kSteps + static_cast<std::size_t>(step)] =
          static_cast<std::int32_t>(1 + (row * 7 + static_cast<std::size_t>(step) * 3) % 11);
    }
  }
  for (const std::size_t step : {2U, 3U, 7U, 19U}) numbers[5 * kSteps + step] = 5;
  return {{kBatch, kSteps}, numbers};
}
constexpr std::int64_t kValid = 20 + 9 + 3 + 1 + 4;
constexpr std::int64_t kDifferent = 11;  // words

/// The numbers of words as features, all of the padding as -1.
Tensor features() {
  const Tensor words = ids();
  std::vector<float> numbers;
  for (const std::int32_t id : words.data<std::int32_t>()) {
    for (int i = 0; i < 3; ++i) {
      numbers.push_back(id == 0 ? -1.0F : std::sin(static_cast<float>(id * (i + 1))));
    }
  }
  return {{kBatch, kSteps, 3}, numbers};
}

void expect_same(const Tensors& actual, const Tensors& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].shape(), expected[i].shape());
    ASSERT_EQ(actual[i].mask(), expected[i].mask());
    const auto a = actual[i].data<float>();
    const auto b = expected[i].data<float>();
    for (std::size_t j = 0; j < a.size(); ++j) {
      if (std::isnan(b[j])) {
        EXPECT_TRUE(std::isnan(a[j])) << j;
      } else {
        EXPECT_NEAR(a[j], b[j], 1e-5) << j;
      }
    }
  }
}

class PackingOf : public ::testing::TestWithParam<std::string> {
 protected:
  Tensors predict(const Model& model, const Tensors& inputs, PredictOptions options = {}) {
    options.device = GetParam();
    return model.predict(inputs, options);
  }

  /// The most rows that an op of each name computes in one call.
  std::map<std::string, std::int64_t> rows_in(const Model& model, const Tensors& inputs,
                                              const PredictOptions& options = {}) {
    std::map<std::string, std::int64_t> rows;
    const OpObserver observer(
        [&](const op::Operation& operation, std::string_view, op::Inputs operands) {
          if (operands.empty() || operands[0].rank() == 0) return;
          if (operands[0].size(-1) == 1) return;  // a mask
          const Tensor& x = operands[0].is_packed() ? operands[0].rows() : operands[0];
          const bool of_ids = std::holds_alternative<op::Embedding>(operation);
          std::int64_t& most = rows[std::string(op::name_of(operation))];
          const std::int64_t width = of_ids ? 1 : std::max<std::int64_t>(x.size(-1), 1);
          most = std::max(most, x.elements() / width);
        });
    predict(model, inputs, options);
    return rows;
  }

  /// Rows for the words of `ids()`: on the host words that come again share one.
  std::int64_t rows_of_words() const { return GetParam() == "cpu" ? kDifferent : kValid; }

  SymbolicTensor words() { return Input({.shape = {kAny}, .dtype = DType::Int32}); }
  SymbolicTensor embedded(const SymbolicTensor& words) {
    return layers::Embedding(12, 4, {.mask_zero = true})(words);
  }

  /// With packing, without it, and with masks.
  void expect_nothing_changes(const Model& model, const Tensor& input) {
    const PredictOptions packed{.keep_masks = true};
    const PredictOptions dense{.keep_masks = true, .packing = false};
    expect_same(predict(model, Tensors{input}, packed), predict(model, Tensors{input}, dense));
  }

 private:
  const testing::Quiet quiet_;
};

INSTANTIATE_TEST_SUITE_P(, PackingOf, ::testing::ValuesIn(testing::devices()),
                         [](const auto& info) { return info.param; });

TEST_P(PackingOf, AnEmbeddingAndWhatTreatsStepsAlike) {
  const auto in = words();
  auto x = layers::Dense(5, {.activation = "tanh"})(embedded(in));
  x = layers::LayerNormalization()(x);
  const Model model(in, layers::LSTM(3)(x));
  const auto rows = rows_in(model, {ids()});
  EXPECT_EQ(rows.at("embedding"), kValid + 1);
  EXPECT_EQ(rows.at("dense"), rows_of_words() + 1);
  EXPECT_EQ(rows.at("layer_norm"), rows_of_words() + 1);
  EXPECT_EQ(rows.at("rnn"), rows_of_words() + 1);
  const auto dense = rows_in(model, {ids()}, {.packing = false});
  EXPECT_EQ(dense.at("embedding"), kBatch * kSteps);
  EXPECT_EQ(dense.at("dense"), kBatch * kSteps);
  expect_nothing_changes(model, ids());
}

TEST_P(PackingOf, MaskingOfFeatures) {
  const auto in = Input({.shape = {kAny, 3}});
  const auto x = layers::Dense(5)(layers::Masking({.mask_value = -1.0})(in));
  const auto gru = layers::GRU(3, {.return_sequences = true})(x);
  for (const MaskRules rules : {MaskRules::Intended, MaskRules::Keras}) {
    const Model model(in, {gru, x}, {.rules = rules});
    EXPECT_EQ(rows_in(model, {features()}).at("dense"), kValid + 1);
    expect_nothing_changes(model, features());
  }
}

TEST_P(PackingOf, RecurrencesInBothDirectionsAndWhatFollows) {
  const auto in = words();
  auto x = layers::Bidirectional(layers::LSTM(3, {.return_sequences = true}))(embedded(in));
  x = layers::TimeDistributed(layers::Dense(4))(x);
  const Model model(in, x);
  EXPECT_LE(rows_in(model, {ids()}).at("dense"), kValid + 2 * kBatch);
  expect_nothing_changes(model, ids());
}

TEST_P(PackingOf, MergedBranches) {
  const auto in = words();
  const auto x = embedded(in);
  const auto left = layers::Dense(4)(x);
  const auto right = layers::LSTM(4, {.return_sequences = true})(x);
  auto y = layers::Add()({left, right});
  y = layers::Concatenate()({y, x});
  const Model model(in, layers::Dense(2)(y));
  EXPECT_LE(rows_in(model, {ids()}).at("dense"), kValid + 2 * kBatch);
  expect_nothing_changes(model, ids());
}

TEST_P(PackingOf, ANestedModel) {
  const auto inner_in = Input({.shape = {kAny, 4}});
  const Model inner(inner_in, layers::Dense(6, {.activation = "relu"})(inner_in));
  const auto in = words();
  const Model model(in, layers::GlobalAveragePooling1D()(inner(embedded(in))));
  EXPECT_EQ(rows_in(model, {ids()}).at("dense"), rows_of_words() + 1);
  expect_nothing_changes(model, ids());
}

TEST_P(PackingOf, EncoderBlocks) {
  const auto in = words();
  auto x = embedded(in);
  for (int block = 0; block < 2; ++block) {
    const auto attended = layers::MultiHeadAttention(2, 3)({.query = x, .value = x});
    x = layers::LayerNormalization()(layers::Add()({x, attended}));
    const auto wide = layers::Dense(8, {.activation = "gelu"})(x);
    x = layers::LayerNormalization()(layers::Add()({x, layers::Dense(4)(wide)}));
  }
  const Model model(in, layers::GlobalAveragePooling1D()(x));
  const auto rows = rows_in(model, {ids()});
  EXPECT_LE(rows.at("dense"), kValid + 2 * kBatch);
  EXPECT_LE(rows.at("layer_norm"), kValid + 2 * kBatch);
  EXPECT_LE(rows.at("sum"), kValid + 2 * kBatch);
  expect_nothing_changes(model, ids());
}

/// With positions all steps differ, yet nobody sees those under the mask.
TEST_P(PackingOf, EncoderBlocksWithPositions) {
  const auto in = Input({.shape = {kSteps}, .dtype = DType::Int32});
  auto x = with_positions(embedded(in));
  for (int block = 0; block < 2; ++block) {
    const auto attended = layers::MultiHeadAttention(2, 3)({.query = x, .value = x});
    x = layers::LayerNormalization()(layers::Add()({x, attended}));
    x = layers::Dense(4, {.activation = "gelu"})(x);
  }
  const Model model(in, layers::GlobalAveragePooling1D()(x));
  const auto rows = rows_in(model, {ids()});
  EXPECT_LE(rows.at("dense"), kValid + 2 * kBatch);
  EXPECT_LE(rows.at("layer_norm"), kValid + 2 * kBatch);
  expect_nothing_changes(model, ids());
}

/// The mean of the steps that a mask of numbers keeps, as people write it by hand.
class MeanByHand final : public ListLayer<MeanByHand> {
 public:
  static constexpr std::string_view kType = "MeanByHand";
  Tensor call(const Tensors& of) const {
    const Tensor mask = ops::cast(of[1], DType::Float32);
    const Tensor sum = ops::sum(ops::multiply(of[0], ops::expand_dims(mask, -1)), {1});
    return ops::divide(sum, ops::sum(mask, {1}, true));
  }
};

TEST_P(PackingOf, AnEncoderWithMasksByHand) {
  const auto in = Input({.shape = {kSteps}, .dtype = DType::Int32});
  const auto mask = Input({.shape = {kSteps}, .dtype = DType::Int32});
  const Tensor positions =
      ops::reshape(ops::tanh(ops::arange(kSteps * 4, DType::Float32)), {1, kSteps, 4});
  // mask[:, None, :]
  const auto seen = layers::Lambda([](const Tensor& m) {
    return ops::slice(ops::expand_dims(ops::slice(m, {.axis = 0}), 1), {.axis = 2});
  })(mask);
  auto x = layers::Embedding(12, 4)(in);
  x = layers::Lambda([positions](const Tensor& e) { return ops::add(e, resident(positions)); })(x);
  for (int block = 0; block < 2; ++block) {
    const auto attended =
        layers::MultiHeadAttention(2, 3)({.query = x, .value = x, .attention_mask = seen});
    x = layers::LayerNormalization()(layers::Add()({x, attended}));
    x = layers::Dense(4, {.activation = "gelu"})(x);
  }
  const Model model({in, mask}, MeanByHand()(SymbolicTensors{x, mask}));
  const Tensors inputs{ids(), ops::cast(ops::not_equal(ids(), 0), DType::Int32)};
  EXPECT_LE(rows_in(model, inputs).at("dense"), kValid + 2 * kBatch);
  expect_same(predict(model, inputs), predict(model, inputs, {.packing = false}));
}

/// A query of a sequence without any kept key sees the mean of all, masked or not.
TEST_P(PackingOf, SequencesWithoutAnyKeyAreSeenAsAWhole) {
  const auto in = words();
  const auto values = Input({.shape = {kAny, 4}});
  const auto attended = layers::MultiHeadAttention(2, 3)(
      {.query = values, .value = layers::Dense(4)(values), .value_mask = *embedded(in).mask()});
  const Model model({in, values}, attended);
  const Tensor waves =
      ops::tanh(ops::subtract(ops::mod(ops::arange(kBatch * kSteps * 4, DType::Float32), 7), 3));
  const Tensors inputs{ids(), ops::reshape(waves, {kBatch, kSteps, 4})};
  expect_same(predict(model, inputs), predict(model, inputs, {.packing = false}));
}

/// What the model gives is seen under the mask too.
TEST_P(PackingOf, OutputsAreSeenAsAWhole) {
  const auto in = Input({.shape = {kAny, 3}});
  const auto given = layers::Dense(3)(in);
  const auto lstm = layers::LSTM(2)(layers::Masking({.mask_value = -1.0})(in));
  const Model model({in}, {given, lstm});
  const Tensors inputs{features()};
  expect_same(predict(model, inputs), predict(model, inputs, {.packing = false}));
}

TEST_P(PackingOf, CausalAttentionAndAttentionOfTwoSequences) {
  const auto in = words();
  const auto x = embedded(in);
  const auto causal =
      layers::MultiHeadAttention(2, 3)({.query = x, .value = x, .use_causal_mask = true});
  const auto plain = layers::Attention()({layers::Dense(4)(causal), x});
  const Model model(in, layers::LSTM(3)(layers::Dense(5)(plain)));
  EXPECT_LE(rows_in(model, {ids()}).at("dense"), kValid + 2 * kBatch);
  expect_nothing_changes(model, ids());
}

TEST_P(PackingOf, AttentionByAdditiveScores) {
  const auto in = words();
  const auto x = embedded(in);
  const auto additive = layers::AdditiveAttention()({layers::Dense(4)(x), x});
  const auto concat = layers::Attention({.use_scale = true, .score_mode = "concat"})({additive, x});
  const Model model(in, layers::LSTM(3)(layers::Dense(5)(concat)));
  const auto rows = rows_in(model, {ids()});
  EXPECT_LE(rows.at("dense"), kValid + 1);
  EXPECT_FALSE(rows.contains("tanh"));
  EXPECT_THAT(model.report(), Not(HasSubstr("dense:")));
  expect_nothing_changes(model, ids());
}

/// Scores of keys that are hidden are 0, and hidden queries have the same ones.
TEST_P(PackingOf, AttentionThatGivesItsScores) {
  const auto in = words();
  const auto x = embedded(in);
  const auto heads = layers::MultiHeadAttention(2, 3).outputs(
      {.query = x, .value = x, .return_attention_scores = true});
  const auto one = layers::Attention().outputs(
      {x, x}, {.return_attention_scores = true, .use_causal_mask = true});
  const auto sum = layers::LSTM(3)(layers::Add()({layers::Dense(4)(heads[0]), one[0]}));
  const Model model(in, {sum, heads[1], one[1]});
  const auto rows = rows_in(model, {ids()});
  EXPECT_LE(rows.at("dense"), kValid + 2 * kBatch);
  EXPECT_FALSE(rows.contains("matmul"));
  EXPECT_THAT(model.report(), Not(HasSubstr("dense:")));
  expect_nothing_changes(model, ids());
}

/// Nobody sees what the mask of the nested model's output hides, so it is packed inside as well.
TEST_P(PackingOf, ANestedModelWithPositions) {
  const auto inner_in = Input({.shape = {kSteps, 4}});
  const Model inner(inner_in, layers::Dense(6, {.activation = "relu"})(with_positions(inner_in)));
  const auto in = Input({.shape = {kSteps}, .dtype = DType::Int32});
  const auto x = layers::Dense(4)(inner(embedded(in)));
  const Model model(in, layers::GlobalAveragePooling1D()(x));
  EXPECT_EQ(rows_in(model, {ids()}).at("dense"), kValid + 1);
  expect_nothing_changes(model, ids());
}

/// What is chosen by a condition at each place.
TEST_P(PackingOf, ActivationsByTheSign) {
  const auto in = Input({.shape = {kSteps}, .dtype = DType::Int32});
  auto x = layers::Dense(5)(with_positions(embedded(in)));
  x = layers::ELU({.alpha = 0.5})(layers::LeakyReLU()(x));
  const Model model(in, layers::LSTM(3)(x));
  EXPECT_EQ(rows_in(model, {ids()}).at("dense"), kValid + 1);
  EXPECT_EQ(rows_in(model, {ids()}).at("where"), kValid + 1);
  expect_nothing_changes(model, ids());
}

/// One reader sees what one mask keeps, another one what another keeps: what both hide is not computed.
TEST_P(PackingOf, WhatTwoMasksHide) {
  const auto in = Input({.shape = {kSteps, 3}});
  const auto some = Input({.shape = {kSteps}, .dtype = DType::Int32});
  const auto others = Input({.shape = {kSteps}, .dtype = DType::Int32});
  const auto x = layers::Dense(5)(in);
  const Model model({in, some, others},
                    {layers::GRU(2)(x, {.mask = some}), layers::LSTM(3)(x, {.mask = others})});
  const Tensor waves =
      ops::tanh(ops::subtract(ops::mod(ops::arange(kBatch * kSteps * 3, DType::Float32), 7), 3));
  const Tensors inputs{ops::reshape(waves, {kBatch, kSteps, 3}), ids(), ops::flip(ids(), 0)};
  std::int64_t kept = 0;
  const Tensor either = ops::logical_or(inputs[1], inputs[2]);
  for (const bool flag : either.data<bool>()) kept += flag ? 1 : 0;
  EXPECT_EQ(rows_in(model, inputs).at("dense"), kept + 1);
  expect_same(predict(model, inputs), predict(model, inputs, {.packing = false}));
}

/// The mask is made after the first of the layers in front of its reader has run.
TEST_P(PackingOf, AMaskThatIsMadeTooLate) {
  const auto in = Input({.shape = {kSteps, 3}, .name = "in"});
  const auto flags = Input({.shape = {kSteps}, .dtype = DType::Int32});
  const auto y = layers::Dense(4)(layers::Dense(3)(layers::Dense(5)(in)));
  const auto mask = layers::Lambda([](const Tensor& x) { return ops::greater(x, 0); })(flags);
  const Model model({in, flags}, layers::LSTM(3)(y, {.mask = mask}));
  EXPECT_THAT(model.report({true, false}),
              HasSubstr("Dense 'dense': carried -> passed (mask of InputLayer 'in'), dense: nobody "
                        "sees what the mask hides"));
  const Tensors inputs{features().with_mask(Mask(ids())), ids()};
  expect_same(predict(model, inputs), predict(model, inputs, {.packing = false}));
}

/// Padded steps differ by their place alone, and are computed once for all sequences though they are seen.
TEST_P(PackingOf, PositionsOfFewerAxes) {
  const auto in = Input({.shape = {kSteps}, .dtype = DType::Int32});
  const Tensor positions = ops::reshape(ops::arange(kSteps * 4, DType::Float32), {kSteps, 4});
  const auto x = layers::Lambda(
      [positions](const Tensor& y) { return ops::add(y, resident(positions)); })(embedded(in));
  const Model model(in, layers::Dense(3)(x));
  EXPECT_LE(rows_in(model, {ids()}).at("dense"), kValid + kSteps);
  expect_nothing_changes(model, ids());
}

/// TimeDistributed shows its layer the steps of all sequences behind each other.
TEST_P(PackingOf, LayersOfSingleStepsWithPositions) {
  const auto in = Input({.shape = {kSteps}, .dtype = DType::Int32});
  const auto x = layers::TimeDistributed(layers::Dense(5))(with_positions(embedded(in)));
  const Model model(in, layers::LSTM(3)(x));
  EXPECT_EQ(rows_in(model, {ids()}).at("dense"), kValid + 1);
  expect_nothing_changes(model, ids());
}

TEST_P(PackingOf, ModelsOfSingleStepsWithPositions) {
  const auto step = Input({.shape = {4}});
  const Model each(step, layers::Activation("tanh")(layers::Dense(5)(step)));
  const auto in = Input({.shape = {kSteps}, .dtype = DType::Int32});
  const auto x = layers::TimeDistributed(each)(with_positions(embedded(in)));
  const Model model(in, layers::LSTM(3)(x));
  EXPECT_EQ(rows_in(model, {ids()}).at("dense"), kValid + 1);
  expect_nothing_changes(model, ids());
}

/// An encoder with positions that gives a row for each step.
Model tagger(const SymbolicTensor& in, const SymbolicTensor& embedded) {
  const auto x = with_positions(embedded);
  const auto attended = layers::MultiHeadAttention(2, 3)({.query = x, .value = x});
  return {in, layers::Dense(3, {.activation = "softmax"})(layers::Add()({x, attended}))};
}

TEST_P(PackingOf, OutputsThatAreZeroWhereMaskedAreNotComputedThere) {
  const auto in = Input({.shape = {kSteps}, .dtype = DType::Int32});
  const Model model = tagger(in, embedded(in));
  const PredictOptions exact{.keep_masks = true};
  const PredictOptions zero{.keep_masks = true, .masked_output = MaskedOutput::Zero};
  EXPECT_EQ(rows_in(model, {ids()}, exact).at("dense"), kBatch * kSteps);
  EXPECT_LE(rows_in(model, {ids()}, zero).at("dense"), kValid + 2 * kBatch);
  const Tensor expected = predict(model, Tensors{ids()}, exact).front();
  const Tensor kept = ops::expand_dims(ops::cast(*expected.mask(), DType::Float32), -1);
  const Tensor zeroed = ops::multiply(expected.without_mask(), kept).with_mask(expected.mask());
  expect_same(predict(model, Tensors{ids()}, zero), {zeroed});
  const PredictOptions dense{
      .keep_masks = true, .packing = false, .masked_output = MaskedOutput::Zero};
  expect_same(predict(model, Tensors{ids()}, dense), {zeroed});
}

TEST_P(PackingOf, TheReportSaysItOfEitherOutput) {
  const auto in = Input({.shape = {kSteps}, .dtype = DType::Int32});
  const Model model = tagger(in, embedded(in));
  const std::string shown = "unless its masked outputs are zero\n";
  EXPECT_THAT(model.report(),
              HasSubstr("Dense 'dense': carried -> passed (mask of Embedding "
                        "'embedding'), dense: the model gives what the mask hides, " +
                        shown));
  EXPECT_THAT(model.report({}, MaskedOutput::Zero), Not(HasSubstr(shown)));
}

/// The keys bring no mask, and all of them are needed.
TEST_P(PackingOf, QueriesAreHiddenThoughTheirKeysAreNot) {
  const auto in = words();
  const auto keys = Input({.shape = {kAny, 4}});
  const auto x = layers::MultiHeadAttention(2, 3)({.query = embedded(in), .value = keys});
  const Model model({in, keys}, layers::GlobalAveragePooling1D()(x));
  EXPECT_THAT(model.report(), Not(HasSubstr("dense")));
}

/// Without a mask of its own nothing of an output is hidden.
TEST_P(PackingOf, OutputsWithoutAMaskAreNeverZeroed) {
  const auto in = words();
  const Model model(in, layers::Conv1D(4, 3, {.padding = "same"})(embedded(in)));
  const PredictOptions zero{.masked_output = MaskedOutput::Zero};
  expect_same(predict(model, Tensors{ids()}, zero), predict(model, Tensors{ids()}));
}

TEST_P(PackingOf, WhatMixesStepsIsComputedWhole) {
  const auto in = words();
  auto x = layers::Conv1D(4, 3, {.padding = "same"})(embedded(in));
  x = layers::Attention()({x, x});
  const Model model(in, layers::GlobalMaxPooling1D()(x));
  expect_nothing_changes(model, ids());
}

}  // namespace
}  // namespace domino
