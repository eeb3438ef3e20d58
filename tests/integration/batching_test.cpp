// predict for sequences of different lengths: which models may batch them by length, and that nothing changes.

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "domino/backends/backend.h"
#include "domino/graph/model.h"
#include "domino/layers.h"
#include "tests/quiet.h"

namespace domino {
namespace {

using Kind = MaskPlan::LengthUse::Kind;
using Sequences = std::vector<std::vector<int>>;

/// Of 1 to 23 tokens, in no order.
Sequences sentences() {
  Sequences sequences;
  for (int i = 0; i < 40; ++i) {
    std::vector<int>& sequence = sequences.emplace_back();
    for (int step = 0; step < 1 + i * 7 % 23; ++step) sequence.push_back(1 + (i + step * 3) % 11);
  }
  return sequences;
}

Tensor padded(const Sequences& sequences) {
  std::size_t longest = 0;
  for (const auto& sequence : sequences) longest = std::max(longest, sequence.size());
  std::vector<std::int32_t> ids;
  for (const auto& sequence : sequences) {
    ids.insert(ids.end(), sequence.begin(), sequence.end());
    ids.resize(ids.size() + longest - sequence.size(), 0);
  }
  return {{static_cast<std::int64_t>(sequences.size()), static_cast<std::int64_t>(longest)}, ids};
}

/// The shapes of the ids that a model embeds, batch by batch.
std::vector<Shape> batches_in(const Model& model, const Sequences& sequences,
                              const PredictOptions& options) {
  std::vector<Shape> shapes;
  const OpObserver observer(
      [&](const op::Operation& operation, std::string_view, op::Inputs operands) {
        if (std::holds_alternative<op::Rnn>(operation)) shapes.push_back(operands[0].shape());
      });
  static_cast<void>(model.predict(sequences, options));
  return shapes;
}

class BatchingOf : public ::testing::Test {
 protected:
  SymbolicTensor words() { return Input({.shape = {kAny}, .dtype = DType::Int32}); }
  SymbolicTensor embedded(const SymbolicTensor& words) {
    return layers::Embedding(12, 4, {.mask_zero = true})(words);
  }
  Kind use_of(const SymbolicTensor& in, const SymbolicTensor& out) {
    return Model(in, out).plan().lengths.front().kind;
  }
  /// By length, and all padded to the longest.
  void expect_nothing_changes(const Model& model, const PredictOptions& options = {}) {
    const Tensor by_length = model.predict(sentences(), options);
    const Tensor whole = model.predict(padded(sentences()), options);
    ASSERT_EQ(by_length.shape(), whole.shape());
    EXPECT_EQ(by_length.mask(), whole.mask());
    for (std::int64_t i = 0; i < whole.elements(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      EXPECT_NEAR(by_length.data<float>()[at], whole.data<float>()[at], 1e-5) << i;
    }
  }

 private:
  const testing::Quiet quiet_;
};

TEST_F(BatchingOf, ARecurrenceThatSkipsPadding) {
  const auto in = words();
  const Model model(in, layers::Dense(2)(layers::LSTM(3)(embedded(in))));
  EXPECT_EQ(model.plan().lengths.front().kind, Kind::None);
  expect_nothing_changes(model);
}

TEST_F(BatchingOf, SequencesOfLikeLengthByABudgetOfTokens) {
  const auto in = words();
  const Model model(in, layers::LSTM(3)(embedded(in)));
  const std::vector<Shape> batches = batches_in(model, sentences(), {.batch_size = 8});
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  for (const auto& sentence : sentences()) tokens += std::ssize(sentence);
  for (const Shape& batch : batches) {
    rows += batch[0];
    EXPECT_LE(batch[0] * batch[1], 8 * tokens / 40);
  }
  EXPECT_EQ(rows, 40);
  EXPECT_LE(batches.size(), 8);
  EXPECT_EQ(batches.front()[1], 23);
  EXPECT_LE(batches.back()[1], 4);
}

TEST_F(BatchingOf, BothDirections) {
  const auto in = words();
  auto x = layers::Bidirectional(layers::LSTM(3, {.return_sequences = true}))(embedded(in));
  x = layers::Bidirectional(layers::GRU(3))(x);
  const Model model(in, x);
  EXPECT_EQ(model.plan().lengths.front().kind, Kind::None);
  expect_nothing_changes(model);
}

/// Positions, as many as there are steps.
class AddPositions final : public UnaryLayer<AddPositions> {
 public:
  static constexpr std::string_view kType = "AddPositions";
  AddPositions() { set_supports_masking(true); }
  Tensor call(const Tensor& x) const {
    const Tensor places = ops::cast(ops::arange(x.size(1)), DType::Float32);
    return ops::add(x, ops::expand_dims(ops::tanh(places), -1));
  }
};

TEST_F(BatchingOf, AnEncoderWithPositions) {
  const auto in = words();
  auto x = AddPositions()(embedded(in));
  for (int block = 0; block < 2; ++block) {
    const auto attended = layers::MultiHeadAttention(2, 3)({.query = x, .value = x});
    x = layers::LayerNormalization()(layers::Add()({x, attended}));
    x = layers::Dense(4, {.activation = "gelu"})(x);
  }
  const Model mean(in, layers::GlobalAveragePooling1D()(x));
  EXPECT_EQ(mean.plan().lengths.front().kind, Kind::None);
  expect_nothing_changes(mean);
  const auto first = layers::Lambda([](const Tensor& h) { return ops::select(h, 1, 0); })(x);
  const Model of_first(in, layers::Dense(2)(first));
  EXPECT_EQ(of_first.plan().lengths.front().kind, Kind::None);
  expect_nothing_changes(of_first);
}

TEST_F(BatchingOf, LayersOfSingleStepsAndNestedModels) {
  const auto inner_in = Input({.shape = {kAny, 4}});
  const Model inner(inner_in, layers::TimeDistributed(layers::Dense(6))(inner_in));
  const auto in = words();
  const Model model(in, layers::LSTM(2)(inner(embedded(in))));
  EXPECT_EQ(model.plan().lengths.front().kind, Kind::None);
  expect_nothing_changes(model);
}

TEST_F(BatchingOf, StepsOfTheOutputIfTheyAreZeroWhereMasked) {
  const auto in = words();
  const Model model(in, layers::Dense(3)(layers::GRU(3, {.return_sequences = true})(embedded(in))));
  EXPECT_EQ(model.plan().lengths.front().kind, Kind::Steps);
  expect_nothing_changes(model);
  const PredictOptions zero{
      .batch_size = 8, .keep_masks = true, .masked_output = MaskedOutput::Zero};
  EXPECT_GT(batches_in(model, sentences(), zero).size(), 5);
  EXPECT_LT(batches_in(model, sentences(), zero).back()[1], 23);
  EXPECT_EQ(batches_in(model, sentences(), {.batch_size = 8}).back()[1], 23);
  expect_nothing_changes(model, zero);
}

TEST_F(BatchingOf, NothingThatSeesThePadding) {
  const auto in = words();
  const auto x = embedded(in);
  const auto last = layers::Lambda([](const Tensor& h) { return ops::select(h, 1, -1); });
  const auto mean = layers::Lambda([](const Tensor& h) { return ops::mean(h, {1}); });
  const auto convolved = layers::Conv1D(3, 3, {.padding = "same"})(x);
  EXPECT_EQ(use_of(in, layers::GlobalMaxPooling1D()(x)), Kind::Depends);
  EXPECT_EQ(use_of(in, last(x)), Kind::Depends);
  EXPECT_EQ(use_of(in, mean(x)), Kind::Depends);
  EXPECT_EQ(use_of(in, layers::LSTM(3)(convolved)), Kind::Depends);
  EXPECT_EQ(use_of(in, layers::LSTM(3, {.stateful = true})(x)), Kind::Depends);
  const auto causal = layers::Conv1D(3, 3, {.padding = "causal"})(x);
  EXPECT_EQ(use_of(in, causal), Kind::Steps);
  expect_nothing_changes(Model(in, layers::GlobalMaxPooling1D()(x)));
}

/// What a layer computes from the number of steps is seen by trying two of them.
TEST_F(BatchingOf, NothingThatCountsTheSteps) {
  const auto in = words();
  const auto x = layers::LSTM(3)(embedded(in));
  const layers::Lambda scaled([](const Tensor& h) { return ops::multiply(h, 0.5); });
  EXPECT_EQ(use_of(in, scaled(x)), Kind::None);
  const auto sum = layers::GlobalAveragePooling1D()(embedded(in));
  const layers::Lambda counted(
      [](const Tensor& h) { return ops::divide(h, static_cast<double>(h.size(1))); });
  const auto by_steps = layers::LSTM(3)(layers::Dense(4)(counted(embedded(in))));
  EXPECT_EQ(use_of(in, sum), Kind::None);
  EXPECT_EQ(use_of(in, by_steps), Kind::Depends);
}

TEST_F(BatchingOf, NoSequencesThatLookLikePadding) {
  const auto in = words();
  const Model model(in, layers::LSTM(3)(embedded(in)));
  for (const std::vector<int>& odd : {std::vector<int>{}, std::vector<int>{3, 0, 4}}) {
    Sequences sequences = sentences();
    sequences[5] = odd;
    for (const Shape& batch : batches_in(model, sequences, {.batch_size = 8})) {
      EXPECT_EQ(batch[1], 23);
    }
    EXPECT_EQ(model.predict(sequences).size(0), 40);
  }
}

}  // namespace
}  // namespace domino
