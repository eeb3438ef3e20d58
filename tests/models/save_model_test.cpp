// Models written to .keras files and read again, by Keras' rules. That Keras reads the same is seen by
// tests/differential.

#include "domino/io/save_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "domino/backends/ops.h"
#include "domino/core/mask.h"
#include "domino/graph/registry.h"
#include "domino/graph/sequential.h"
#include "domino/graph/warnings.h"
#include "domino/io/load_model.h"
#include "domino/layers.h"
#include "tests/error_of.h"
#include "tests/io/temporary_folder.h"
#include "tests/layers/parity_file.h"
#include "tests/models/doubled.h"
#include "tests/quiet.h"

namespace domino {
namespace {

using domino::testing::Doubled;
using domino::testing::ParityFile;
using testing::error_of;
using ::testing::HasSubstr;

class SaveModelTest : public FolderTest {
 protected:
  SaveModelTest() : path_(in_folder("model.keras")) { register_layer<Doubled>("Parity>Doubled"); }

  /// The model as another reader finds it, under Keras' rules.
  Model written(const Model& model) const {
    save_model(model, path_);
    return load_model(path_);
  }

  const std::filesystem::path path_;

 private:
  const domino::testing::Quiet quiet_;
};

void expect_same(const Tensors& actual, const Tensors& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    SCOPED_TRACE("output " + std::to_string(i));
    ASSERT_EQ(actual[i].shape(), expected[i].shape());
    const auto a = actual[i].data<float>();
    const auto e = expected[i].data<float>();
    for (std::size_t k = 0; k < a.size(); ++k) {
      if (std::isnan(a[k]) && std::isnan(e[k])) continue;
      ASSERT_NEAR(a[k], e[k], 1e-5 + 1e-5 * std::abs(e[k])) << "at " << k;
    }
    ASSERT_EQ(actual[i].mask().has_value(), expected[i].mask().has_value());
    if (actual[i].mask()) {
      EXPECT_EQ(*actual[i].mask(), *expected[i].mask());
    }
  }
}

TEST_F(SaveModelTest, WritesWhatItRead) {
  const ParityFile file("files");
  for (const auto& recorded : file.index()["models"]) {
    const auto from =
        std::filesystem::path(DOMINO_TESTS_DIR) / "parity/data/files" / recorded["file"];
    for (const MaskRules rules : {MaskRules::Keras, MaskRules::Intended}) {
      const Model model = load_model(from, {.rules = rules});
      SCOPED_TRACE(from.filename().string() + " under " + std::string(name_of(rules)));
      Model again = model;
      ASSERT_NO_THROW(again = written(model));
      EXPECT_EQ(again.name(), model.name());
      EXPECT_EQ(again.input_names(), model.input_names());
      for (const auto& batch : recorded["cases"]) {
        SCOPED_TRACE(batch["name"].get<std::string>());
        Tensors inputs;
        for (const auto& input : batch["inputs"]) inputs.push_back(file.tensor(input));
        expect_same(again(inputs), model(inputs));
      }
    }
  }
}

/// Ids of three sentences: right padded, with holes, empty.
Tensor ids() {
  return Tensor({3, 5}, std::vector<int>{3, 1, 4, 0, 0, 0, 2, 0, 5, 1, 0, 0, 0, 0, 0});
}

SymbolicTensor ids_input() {
  return Input({.shape = {kAny}, .dtype = DType::Int32, .name = "ids"});
}

SymbolicTensor embedded(const SymbolicTensor& ids) {
  return layers::Embedding(9, 4, {.mask_zero = true})(ids);
}

TEST_F(SaveModelTest, GivesARecurrentLayerWithAStateItsMask) {
  const SymbolicTensor input = ids_input();
  const SymbolicTensor x = embedded(input);
  const SymbolicTensor state = layers::GRU(3)(x);
  const SymbolicTensor y =
      layers::GRU(3, {.return_sequences = true})(x, {.initial_state = {state}});
  const Model model(input, {y, layers::GlobalAveragePooling1D()(y)});
  expect_same(written(model)(Tensors{ids()}), model(Tensors{ids()}));
}

TEST_F(SaveModelTest, TurnsTheMaskOfReversedSteps) {
  const SymbolicTensor input = ids_input();
  const SymbolicTensor reversed =
      layers::LSTM(3, {.return_sequences = true, .go_backwards = true})(embedded(input));
  const Model model(input, {reversed, layers::LSTM(2)(reversed)});
  expect_same(written(model)(Tensors{ids()}), model(Tensors{ids()}));
}

TEST_F(SaveModelTest, TakesMasksOffWhereTheyAreSwitchedOff) {
  const SymbolicTensor input = ids_input();
  const SymbolicTensor y = layers::LSTM(3)(embedded(input), {.mask = kNoMask});
  const Model model(input, y);
  expect_same(written(model)(Tensors{ids()}), model(Tensors{ids()}));
}

TEST_F(SaveModelTest, GivesSoftmaxTheMaskOfTheSteps) {
  const SymbolicTensor input = ids_input();
  const SymbolicTensor scores = layers::Dense(4)(embedded(input));
  const SymbolicTensor weights = layers::Softmax({.axis = {1}})(scores);
  const Model model(input, {weights, layers::GRU(2)(weights)});
  expect_same(written(model)(Tensors{ids()}), model(Tensors{ids()}));
}

TEST_F(SaveModelTest, LetsAQueryMaskCount) {
  const SymbolicTensor input = ids_input();
  const SymbolicTensor x = embedded(input);
  const SymbolicTensor other = layers::Embedding(9, 4)(input);
  const SymbolicTensor y =
      layers::MultiHeadAttention(2, 2)({.query = other, .value = x, .query_mask = *x.mask()});
  const Model model(input, {y, layers::GlobalAveragePooling1D()(y)});
  expect_same(written(model)(Tensors{ids()}), model(Tensors{ids()}));
}

TEST_F(SaveModelTest, LetsMasksPassConcatenationAndNestedModels) {
  const SymbolicTensor input = ids_input();
  const SymbolicTensor x = embedded(input);
  const SymbolicTensor plain = layers::Embedding(9, 4)(input);
  const SymbolicTensor joined = layers::Concatenate({.axis = 1})({x, plain});
  const SymbolicTensor inner_x = Input({.shape = {kAny, 4}});
  const SymbolicTensor attended = layers::MultiHeadAttention(1, 2)({inner_x, inner_x});
  const Model block(inner_x, layers::Add()({inner_x, attended}), {.name = "block"});
  const SymbolicTensor twice = block(block(joined));
  const SymbolicTensor state = layers::SimpleRNN(2)(twice);
  const SymbolicTensor y = layers::SimpleRNN(2)(joined, {.initial_state = {state}});
  const Model model(input, {twice, y});
  expect_same(written(model)(Tensors{ids()}), model(Tensors{ids()}));
}

/// Steps for the sentences of ids(), without a mask and with theirs.
std::vector<Tensor> with_masks_and_without() {
  std::vector<float> numbers;
  for (int i = 0; i < 3 * 5 * 4; ++i) numbers.push_back(static_cast<float>(i % 7) / 7 - 0.4F);
  const Tensor x({3, 5, 4}, numbers);
  return {x, x.with_mask(Mask(ops::not_equal(ids(), 0)))};
}

SymbolicTensor features_input() { return Input({.shape = {kAny, 4}, .name = "features"}); }

TEST_F(SaveModelTest, ComputesTheSameWhateverMasksInputsBring) {
  const SymbolicTensor x = features_input();
  const SymbolicTensor attended =
      layers::Add()({x, layers::MultiHeadAttention(1, 2)({.query = x, .value = x})});
  const SymbolicTensor state = layers::LSTM(2)(attended);
  const SymbolicTensor y =
      layers::GRU(2, {.return_sequences = true})(x, {.initial_state = {state}});
  const SymbolicTensor weights = layers::Softmax({.axis = {1}})(x);
  const SymbolicTensor off = layers::GRU(2)(x, {.mask = kNoMask});
  const Model model(x, {attended, y, layers::GRU(2)(y), weights, layers::GRU(2)(weights), off});
  const Model again = written(model);
  for (const Tensor& input : with_masks_and_without()) {
    expect_same(again(Tensors{input}), model(Tensors{input}));
  }
}

TEST_F(SaveModelTest, ReadsNoMaskOffNaN) {
  const SymbolicTensor x = features_input();
  const SymbolicTensor state = Input({.shape = {2}});
  const Model model({x, state},
                    layers::GRU(2, {.return_sequences = true})(x, {.initial_state = {state}}));
  const Model again = written(model);
  const Tensor h({1, 2}, std::vector<float>{0.5F, -0.5F});
  const Tensor steps({1, 2, 4}, std::vector<float>{1, 2, 3, 4, NAN, 1, 1, INFINITY});
  expect_same(again(Tensors{steps, h}), model(Tensors{steps, h}));
  const Tensor padded = steps.with_mask(Mask({1, 2}, {1, 0}));
  expect_same(again(Tensors{padded, h}), model(Tensors{padded, h}));
}

TEST_F(SaveModelTest, RefusesAMaskOfAnInputThatHasToBeTurned) {
  const SymbolicTensor x = features_input();
  const SymbolicTensor reversed =
      layers::LSTM(3, {.return_sequences = true, .go_backwards = true, .name = "back"})(x);
  const Model model(x, layers::LSTM(2)(reversed));
  const std::string error = error_of<BuildError>([&] { save_model(model, path_); });
  EXPECT_THAT(error, HasSubstr("LSTM 'back'"));
  EXPECT_THAT(error, HasSubstr("{.masked_inputs = false}"));
  EXPECT_FALSE(std::filesystem::exists(path_));

  save_model(model, path_, {.masked_inputs = false});
  const Tensor input = with_masks_and_without()[0];
  expect_same(load_model(path_)(Tensors{input}), model(Tensors{input}));
}

TEST_F(SaveModelTest, LetsAMaskEndThatNobodyUses) {
  const SymbolicTensor x = features_input();
  const SymbolicTensor reversed =
      layers::LSTM(3, {.return_sequences = true, .go_backwards = true})(x);
  const Model model(x, layers::Conv1D(2, 2)(layers::Dense(2)(reversed)));
  const Model again = written(model);
  for (const Tensor& input : with_masks_and_without()) {
    expect_same(again(Tensors{input}), model(Tensors{input}));
  }
}

TEST_F(SaveModelTest, RefusesToReadAMaskThatKerasCannotRead) {
  const SymbolicTensor x = Input({.shape = {kAny, 3, 4}, .name = "steps"});
  const Model model(x, layers::Softmax({.axis = {1}})(x));
  const std::string error = error_of<BuildError>([&] { save_model(model, path_); });
  EXPECT_THAT(error, HasSubstr("not off float32 (None, None, 3, 4) of InputLayer 'steps'"));
}

TEST_F(SaveModelTest, WritesLoopsWhereUnrolledStepsWouldBeZeroed) {
  const SymbolicTensor input = Input({.shape = {5}, .dtype = DType::Int32});
  const SymbolicTensor x = embedded(input);
  const Model model(
      input, {layers::Bidirectional(layers::GRU(2, {.return_sequences = true, .unroll = true}))(x),
              layers::SimpleRNN(2, {.return_sequences = true,
                                    .go_backwards = true,
                                    .unroll = true,
                                    .zero_output_for_mask = true})(x)});
  expect_same(written(model)(Tensors{ids()}), model(Tensors{ids()}));
}

TEST_F(SaveModelTest, WarnsOfNoMaskThatTheModelDoesNotLose) {
  const SymbolicTensor x = features_input();
  const SymbolicTensor attended =
      layers::Add()({x, layers::MultiHeadAttention(1, 2)({.query = x, .value = x})});
  const SymbolicTensor state = layers::LSTM(2)(attended);
  const Model model(x, layers::GRU(2)(attended, {.initial_state = {state}}));
  std::vector<std::string> warnings;
  set_warning_sink([&](const std::string& text) { warnings.push_back(text); });
  save_model(model, path_);
  EXPECT_THAT(warnings, ::testing::IsEmpty());
}

TEST_F(SaveModelTest, RefusesARowWithoutAGraphWhoseMasksMayDiffer) {
  const Sequential turned(
      {layers::Masking(),
       layers::LSTM(3, {.return_sequences = true, .go_backwards = true, .name = "back"})});
  const std::string error = error_of<BuildError>([&] { save_model(turned, path_); });
  EXPECT_THAT(error, HasSubstr("LSTM 'back'"));
  EXPECT_THAT(error, HasSubstr("call it once"));
  const Sequential plain({layers::Masking(), layers::Bidirectional(layers::LSTM(3))});
  EXPECT_NO_THROW(save_model(plain, path_));
}

TEST_F(SaveModelTest, KeepsASequentialOne) {
  const Sequential model({layers::Embedding(9, 4, {.mask_zero = true}), layers::LSTM(3)});
  const Tensor y = model(ids());
  const Model again = written(model);
  EXPECT_EQ(again.type(), "Sequential");
  expect_same(again(Tensors{ids()}), {y});
}

TEST_F(SaveModelTest, RefusesWhatNoFileHolds) {
  const SymbolicTensor x = Input({.shape = {3}});
  const Model model(x, layers::Lambda([](const Tensor& t) { return t; }, {.name = "same"})(x));
  try {
    save_model(model, path_);
    FAIL() << "a Lambda was written";
  } catch (const BuildError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'same'"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(path_.parent_path()));
}

}  // namespace
}  // namespace domino
