// Whole models as Keras ran them (tests/parity/recording/models.py), built here in C++.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "domino/backends/backend.h"
#include "domino/graph/model.h"
#include "domino/graph/sequential.h"
#include "domino/layers.h"
#include "tests/layers/parity_file.h"
#include "tests/quiet.h"

namespace domino {
namespace {

using domino::testing::ParityFile;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

SymbolicTensor encoder_block(const SymbolicTensor& x, const std::string& name) {
  const layers::MultiHeadAttention attention(2, 2, {.name = name + "_attention"});
  SymbolicTensor h = layers::Add({.name = name + "_add_attention"})({x, attention({x, x})});
  h = layers::LayerNormalization({.name = name + "_normalize_attention"})(h);
  const layers::Dense widen(6, {.activation = "relu", .name = name + "_widen"});
  const layers::Dense narrow(4, {.name = name + "_narrow"});
  const SymbolicTensor sum = layers::Add({.name = name + "_add"})({h, narrow(widen(h))});
  return layers::LayerNormalization({.name = name + "_normalize"})(sum);
}

Model two_encoder_blocks(MaskRules rules) {
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "ids"});
  const layers::Embedding embedding(10, 4, {.mask_zero = true, .name = "embedding"});
  const SymbolicTensor first = encoder_block(embedding(ids), "block_1");
  const SymbolicTensor second = encoder_block(first, "block_2");
  const layers::GlobalAveragePooling1D mean({.name = "mean"});
  return Model(ids, {first, second, mean(second)}, {.rules = rules});
}

Model seq2seq(MaskRules rules) {
  const SymbolicTensor source = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "source"});
  const SymbolicTensor target = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "target"});
  const layers::Embedding read(10, 4, {.mask_zero = true, .name = "source_embedding"});
  const layers::Embedding write(10, 4, {.mask_zero = true, .name = "target_embedding"});
  const SymbolicTensors encoded =
      layers::LSTM(3, {.return_state = true, .name = "encoder"}).outputs(read(source));
  const layers::LSTM decoder(3, {.return_sequences = true, .name = "decoder"});
  const SymbolicTensor decoded =
      decoder(write(target), {.initial_state = {encoded[1], encoded[2]}});
  const layers::Dense words(10, {.activation = "softmax", .name = "words"});
  const layers::GlobalAveragePooling1D mean({.name = "mean"});
  return Model({source, target}, {encoded[1], encoded[2], decoded, words(decoded), mean(decoded)},
               {.rules = rules});
}

/// Under Keras' rules or the intended ones: no accident strikes.
Model models_per_step(MaskRules rules) {
  const SymbolicTensor ids = Input({.shape = {kAny, kAny}, .dtype = DType::Int32, .name = "ids"});
  const SymbolicTensor words = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "words"});
  const layers::Embedding embedding(10, 4, {.mask_zero = true, .name = "embedding"});
  const Model encoder(words, layers::LSTM(3, {.name = "lstm"})(embedding(words)),
                      {.name = "encoder", .rules = rules});
  const Sequential each(
      {layers::Dense(4, {.name = "wide"}), layers::LayerNormalization({.name = "norm"})},
      {.name = "each", .rules = rules});
  const auto sentences = layers::TimeDistributed(encoder, {.name = "sentences"})(ids);
  const auto masked = layers::Masking({.name = "masking"})(sentences);
  const auto deeper = layers::TimeDistributed(each, {.name = "deeper"})(masked);
  const auto document = layers::LSTM(2, {.name = "document"})(deeper);
  return Model(ids, {sentences, masked, deeper, document}, {.rules = rules});
}

Model behind_attention(MaskRules rules) {
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32, .name = "ids"});
  const layers::Embedding embedding(10, 4, {.mask_zero = true, .name = "embedding"});
  const SymbolicTensor embedded = embedding(ids);
  const SymbolicTensor attended =
      layers::MultiHeadAttention(2, 2, {.name = "attention"})({embedded, embedded});
  const SymbolicTensor sum = layers::Add({.name = "residual"})({embedded, attended});
  const SymbolicTensor normal = layers::LayerNormalization({.name = "normalize"})(sum);
  SymbolicTensors outputs{normal};
  for (const auto& [place, x] : {std::pair("behind", normal), std::pair("beside", embedded)}) {
    const auto name = [place = place](const std::string& kind) { return kind + "_" + place; };
    outputs.push_back(layers::LSTM(2, {.name = name("lstm")})(x));
    outputs.push_back(layers::GRU(2, {.name = name("gru")})(x));
    const layers::LSTM inner(2, {.return_sequences = true, .name = name("inner")});
    outputs.push_back(layers::Bidirectional(inner, {.name = name("both")})(x));
  }
  return Model(ids, outputs, {.rules = rules});
}

void give_weights(const Model& model, const ParityFile& file) {
  for (const auto& weight : file.index()["model"]["weights"]) {
    model.assign(weight["path"].get<std::string>(), file.tensor(weight["tensor"]));
  }
}

void expect_close(const Tensor& actual, const Tensor& expected, const std::string& what) {
  ASSERT_EQ(actual.shape(), expected.shape()) << what;
  const auto a = actual.data<float>();
  const auto e = expected.data<float>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(e[i])) continue;
    ASSERT_NEAR(a[i], e[i], 1e-5 + 1e-5 * std::abs(e[i])) << what << " at " << i;
  }
}

void expect_as_recorded(const Model& model, const ParityFile& file, const std::string& rules) {
  for (const auto& recorded : file.index()["cases"]) {
    Tensors inputs;
    for (const auto& name : recorded["inputs"]) inputs.push_back(file.tensor(name));
    const Tensors outputs = model.predict(
        inputs, {.device = std::string(current_backend().name()), .keep_masks = true});
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const std::string what =
          recorded["name"].get<std::string>() + ", output " + std::to_string(i) + ", " + rules;
      expect_close(outputs[i], file.tensor(recorded[rules][i]["values"]), what);
      const OptionalMask expected = file.mask(recorded[rules][i]["mask"]);
      ASSERT_EQ(outputs[i].mask().has_value(), expected.has_value()) << what;
      EXPECT_TRUE(!expected || *outputs[i].mask() == *expected) << what;
    }
  }
}

class KerasModels : public ::testing::TestWithParam<std::string_view> {
 protected:
  KerasModels() : scope_(backend(GetParam())) {}

 private:
  BackendScope scope_;
  const domino::testing::Quiet quiet_;
};

INSTANTIATE_TEST_SUITE_P(Backends, KerasModels, ::testing::ValuesIn(available_backends()),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(KerasModels, TwoEncoderBlocksUnderKerasRules) {
  const ParityFile file("two_encoder_blocks");
  const Model model = two_encoder_blocks(MaskRules::Keras);
  give_weights(model, file);
  expect_as_recorded(model, file, "keras");
}

TEST_P(KerasModels, TwoEncoderBlocksUnderIntendedRules) {
  const ParityFile file("two_encoder_blocks");
  const Model model = two_encoder_blocks(MaskRules::Intended);
  give_weights(model, file);
  expect_as_recorded(model, file, "intended");
}

TEST_P(KerasModels, SeqToSeqUnderKerasRules) {
  const ParityFile file("seq2seq");
  const Model model = seq2seq(MaskRules::Keras);
  give_weights(model, file);
  expect_as_recorded(model, file, "keras");
  EXPECT_THAT(model.report(), HasSubstr("LSTM 'decoder' ignores the mask that its input carries"));
}

TEST_P(KerasModels, SeqToSeqUnderIntendedRules) {
  const ParityFile file("seq2seq");
  const Model model = seq2seq(MaskRules::Intended);
  give_weights(model, file);
  expect_as_recorded(model, file, "intended");
}

TEST_P(KerasModels, ModelsPerStep) {
  const ParityFile file("models_per_step");
  for (const MaskRules rules : {MaskRules::Keras, MaskRules::Intended}) {
    const Model model = models_per_step(rules);
    give_weights(model, file);
    expect_as_recorded(model, file, std::string(name_of(rules)));
  }
}

TEST_P(KerasModels, RecurrentLayersBehindAttention) {
  const ParityFile file("behind_attention");
  for (const MaskRules rules : {MaskRules::Keras, MaskRules::Intended}) {
    const Model model = behind_attention(rules);
    give_weights(model, file);
    expect_as_recorded(model, file, std::string(name_of(rules)));
  }
}

TEST(KerasModelsReport, NamesTheAttentionThatTookTheMaskOff) {
  const std::string keras = two_encoder_blocks(MaskRules::Keras).report();
  EXPECT_THAT(keras,
              HasSubstr("MultiHeadAttention 'block_1_attention' takes the mask off its inputs, as "
                        "Keras 3.15 does; Add 'block_1_add_attention' will find none there"));
  EXPECT_THAT(keras, HasSubstr("MultiHeadAttention 'block_2_attention': unmasked"));
  EXPECT_THAT(two_encoder_blocks(MaskRules::Intended).report(),
              Not(HasSubstr("takes the mask off")));
}

/// Who carried out the ops of one prediction.
std::set<std::string> owners_in(const Model& model, const Tensors& inputs) {
  std::set<std::string> owners;
  const OpObserver observer([&](const op::Operation& operation, std::string_view owner, auto) {
    owners.insert(owner == "onednn" ? "onednn"
                                    : std::string(owner) + ": " + std::string(name_of(operation)));
  });
  static_cast<void>(model.predict(inputs, {.device = "onednn"}));
  return owners;
}

TEST(KerasModelsOnOnednn, TwoEncoderBlocksNeedNoReferenceKernel) {
  const ParityFile file("two_encoder_blocks");
  for (const MaskRules rules : {MaskRules::Keras, MaskRules::Intended}) {
    EXPECT_THAT(owners_in(two_encoder_blocks(rules), {file.tensor("right_6/inputs/0")}),
                ::testing::ElementsAre("onednn"));
  }
}

}  // namespace
}  // namespace domino
