// The guide "Masking and padding" cell by cell: what Keras 3.15.1 recorded, on every backend.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "domino/backends/backend.h"
#include "domino/graph/model.h"
#include "domino/graph/sequential.h"
#include "domino/graph/warnings.h"
#include "domino/utils/pad_sequences.h"
#include "samples/masking_guide_layers.h"
#include "tests/layers/parity_file.h"

namespace domino {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ParityFile;

const ParityFile& recorded() {
  static const ParityFile file("guide");
  return file;
}

const json& cell(const std::string& name) { return recorded().index().at("cells").at(name); }

Tensor tensor(const json& name) { return recorded().tensor(name); }

/// `{"values": ..., "mask": ...}` as a tensor that carries its mask.
Tensor masked(const json& result) {
  return tensor(result.at("values")).with_mask(recorded().mask(result.at("mask")));
}

/// The whole table of an Embedding of which only the rows in use were recorded.
Tensor table(const json& embedding) {
  const std::int64_t width = embedding.at("output_dim");
  std::vector<float> all(embedding.at("input_dim").get<std::size_t>() *
                         static_cast<std::size_t>(width));
  const Tensor rows = tensor(embedding.at("rows"));
  const Tensor values = tensor(embedding.at("values"));
  for (std::int64_t i = 0; i < rows.elements(); ++i) {
    for (std::int64_t j = 0; j < width; ++j) {
      const auto row = static_cast<std::int64_t>(rows.item({i}));
      all[static_cast<std::size_t>(row * width + j)] = static_cast<float>(values.item({i, j}));
    }
  }
  return Tensor({embedding.at("input_dim"), width}, all);
}

/// Weights listed as `[{"path", "tensor"}]`, below `prefix` of the layer.
void assign(const Layer& layer, const std::string& prefix, const json& weights) {
  for (const json& weight : weights) {
    layer.assign(prefix + weight.at("path").get<std::string>(), tensor(weight.at("tensor")));
  }
}

Tensor to_host(const Tensor& x) {
  const Tensor host = current_backend().download(x.without_mask());
  return x.mask() ? host.with_mask(Mask(current_backend().download(*x.mask()))) : host;
}

Tensor to_device(const Tensor& x) {
  const Tensor there = current_backend().upload(x.without_mask());
  return x.mask() ? there.with_mask(Mask(current_backend().upload(*x.mask()))) : there;
}

/// Equal shapes and masks, and values but for rounding.
void expect_equal(const Tensor& result, const Tensor& expected) {
  const Tensor host = to_host(result);
  EXPECT_EQ(host.mask(), expected.mask());
  ASSERT_EQ(host.shape(), expected.shape());
  const auto got = host.data<float>();
  const auto wanted = expected.data<float>();
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], wanted[i], 1e-5) << "at " << i;
}

const layers::EmbeddingOptions kMaskZero{.mask_zero = true};

/// The guide's formula: divides by the sum of the logits, so it is no softmax.
class GuideSoftmax final : public UnaryLayer<GuideSoftmax> {
 public:
  static constexpr std::string_view kType = "TemporalSoftmax";

  Tensor call(const Tensor& inputs, const OptionalMask& mask) const {
    if (!mask) throw MaskError("needs a mask; the input carries none");
    const Tensor kept = ops::expand_dims(ops::cast(*mask, DType::Float32), -1);
    const Tensor exps = ops::multiply(ops::exp(inputs), kept);
    return ops::divide(exps, ops::sum(ops::multiply(inputs, kept), {1}, true));
  }
};

/// Runs a test on one backend.
class GuideTest : public ::testing::TestWithParam<std::string_view> {
 protected:
  GuideTest() : scope_(backend(GetParam())) {
    set_warning_sink([this](const std::string& text) { warnings_.push_back(text); });
  }
  ~GuideTest() override { set_warning_sink({}); }

  std::vector<std::string> warnings_;

 private:
  BackendScope scope_;
};

TEST_P(GuideTest, EmbeddingMakesAMask) {
  const layers::Embedding embedding(5000, 16, kMaskZero);
  build(embedding, {{Shape{3, 6}}});
  embedding.assign("embeddings", table(cell("embedding").at("embedding")));
  expect_equal(embedding(to_device(tensor(cell("embedding").at("ids")))),
               masked(cell("embedding")));
}

TEST_P(GuideTest, MaskingMakesTheSameMask) {
  expect_equal(layers::Masking()(to_device(tensor(cell("masking").at("inputs")))),
               masked(cell("masking")));
}

TEST_P(GuideTest, SequentialHandsTheMaskToItsLSTM) {
  const json& recorded = cell("embedding_lstm");
  const Sequential model({layers::Embedding(5000, 16, kMaskZero), layers::LSTM(32)});
  model.build({kAny, kAny}, DType::Int32);
  EXPECT_EQ(model.count_params(), recorded.at("parameters").get<std::int64_t>());
  model.assign("layers/embedding/embeddings", table(recorded.at("embedding")));
  assign(model, "layers/lstm/", recorded.at("lstm"));
  expect_equal(model(to_device(tensor(recorded.at("ids")))), masked(recorded));
}

TEST_P(GuideTest, FunctionalHandsTheMaskToItsLSTM) {
  const json& recorded = cell("embedding_lstm");
  const SymbolicTensor inputs = Input({.shape = {kAny}, .dtype = DType::Int32});
  const SymbolicTensor x = layers::Embedding(5000, 16, kMaskZero)(inputs);
  const Model model(inputs, layers::LSTM(32)(x));
  EXPECT_EQ(model.count_params(), recorded.at("parameters").get<std::int64_t>());
  model.assign("layers/embedding/embeddings", table(recorded.at("embedding")));
  assign(model, "layers/lstm/", recorded.at("lstm"));
  expect_equal(model(to_device(tensor(recorded.at("ids")))), masked(recorded));
}

TEST_P(GuideTest, MyLayerPassesTheMaskByHand) {
  for (const char* name : {"my_layer", "embedding_lstm"}) {
    const json& recorded = cell(name);
    const Tensor ids = tensor(recorded.at("ids"));
    const guide::MyLayer layer;
    build(layer, {{ids.shape()}});
    layer(to_device(ids));  // builds the layers inside
    layer.assign("embedding/embeddings", table(recorded.at("embedding")));
    assign(layer, "lstm/", recorded.at("lstm"));
    EXPECT_EQ(layer.count_params(), recorded.at("parameters").get<std::int64_t>());
    expect_equal(layer(to_device(ids)), masked(recorded));
  }
  EXPECT_THAT(warnings_, ElementsAre());
}

TEST_P(GuideTest, TemporalSplitSplitsTheMask) {
  const json& recorded = cell("temporal_split");
  const auto halves = guide::TemporalSplit()(to_device(masked(recorded.at("inputs"))));
  for (std::size_t i = 0; i < 2; ++i) expect_equal(halves[i], masked(recorded.at("halves")[i]));
}

TEST_P(GuideTest, CustomEmbeddingMakesAMask) {
  const json& recorded = cell("custom_embedding");
  const Tensor ids = tensor(recorded.at("ids"));
  const guide::CustomEmbedding layer(10, 32, true);
  build(layer, {{ids.shape()}});
  layer.assign("embeddings", tensor(recorded.at("embeddings")));
  expect_equal(layer(to_device(ids)), masked(recorded));
}

TEST_P(GuideTest, MyActivationLetsTheMaskPass) {
  const json& recorded = cell("my_activation");
  const SymbolicTensor inputs = Input({.shape = {kAny}, .dtype = DType::Int32});
  const SymbolicTensor x = layers::Embedding(5000, 16, kMaskZero)(inputs);
  const SymbolicTensor activated = guide::MyActivation()(x);
  const Model model(inputs, {activated, layers::LSTM(32)(activated)});
  model.assign("layers/embedding/embeddings", table(recorded.at("embedding")));
  assign(model, "layers/lstm/", recorded.at("lstm"));
  const Tensors outputs = model(Tensors{to_device(tensor(recorded.at("ids")))});
  expect_equal(outputs[0], masked(recorded.at("activated")));
  expect_equal(outputs[1], masked(recorded));
}

TEST_P(GuideTest, TemporalSoftmaxIsASoftmaxOfTheKeptSteps) {
  const json& recorded = cell("temporal_softmax_formula");
  const Tensor inputs = to_device(masked(recorded.at("inputs")));
  expect_equal(guide::TemporalSoftmax()(inputs), masked(recorded.at("corrected")));
  expect_equal(GuideSoftmax()(inputs), masked(recorded.at("guide")));
  EXPECT_EQ(warnings_.size(), 2U);  // as in Keras: both use the mask and do not pass it on
}

TEST_P(GuideTest, TemporalSoftmaxInAModel) {
  const json& recorded = cell("temporal_softmax");
  const SymbolicTensor inputs = Input({.shape = {kAny}, .dtype = DType::Int32});
  const SymbolicTensor x = layers::Embedding(10, 32, kMaskZero)(inputs);
  const SymbolicTensor logits = layers::Dense(1)(x);
  const Model model(inputs, {logits, guide::TemporalSoftmax()(logits), GuideSoftmax()(logits)});
  model.assign("layers/embedding/embeddings", tensor(recorded.at("embeddings")));
  assign(model, "layers/dense/", recorded.at("dense"));
  const Tensors outputs = model(Tensors{to_device(tensor(recorded.at("ids")))});
  expect_equal(outputs[0], masked(recorded.at("logits")));
  expect_equal(outputs[1], masked(recorded.at("corrected")));
  expect_equal(outputs[2], masked(recorded.at("guide")));
}

TEST_P(GuideTest, ConcatenateJoinsMasksAlongTheSteps) {
  const json& recorded = cell("concatenate_steps");
  const SymbolicTensor a = Input({.shape = {kAny}, .dtype = DType::Int32});
  const SymbolicTensor b = Input({.shape = {kAny}, .dtype = DType::Int32});
  const layers::Embedding embedding(5000, 16, kMaskZero);
  const SymbolicTensor both = layers::Concatenate({.axis = 1})({embedding(a), embedding(b)});
  const Model model({a, b}, {both, layers::LSTM(32)(both)});
  model.assign("layers/embedding/embeddings", table(recorded.at("embedding")));
  assign(model, "layers/lstm/", recorded.at("lstm"));
  Tensors ids;
  for (const json& name : recorded.at("ids")) ids.push_back(to_device(tensor(name)));
  const Tensors outputs = model(ids);
  expect_equal(outputs[0], masked(recorded.at("concatenated")));
  expect_equal(outputs[1], masked(recorded));
}

INSTANTIATE_TEST_SUITE_P(, GuideTest, ::testing::ValuesIn(available_backends()),
                         [](const auto& info) { return std::string(info.param); });

TEST(GuidePaddingTest, PadsInFrontAndBehind) {
  const json& recorded = cell("pad_sequences");
  const auto raw = recorded.at("raw").get<std::vector<std::vector<int>>>();
  EXPECT_TRUE(equal(utils::pad_sequences(raw, {.padding = "post"}), tensor(recorded.at("post"))));
  EXPECT_TRUE(equal(utils::pad_sequences(raw), tensor(recorded.at("pre"))));
}

// The same layers while a model is wired, when there are no numbers yet.
TEST(GuideSymbolicTest, LayersAndMasksHaveShapes) {
  const SymbolicTensor ids = Input({.shape = {6}, .dtype = DType::Int32});
  const SymbolicTensor x = guide::CustomEmbedding(10, 4, true)(ids);
  EXPECT_EQ(x.shape(), (Shape{kAny, 6, 4}));
  EXPECT_EQ(x.mask()->shape(), (Shape{kAny, 6}));
  const auto [first, second] = guide::TemporalSplit()(guide::MyActivation()(x));
  EXPECT_EQ(first.shape(), (Shape{kAny, 3, 4}));
  EXPECT_EQ(second.mask()->shape(), (Shape{kAny, 3}));
  const SymbolicTensor softmax = guide::TemporalSoftmax()(first);
  EXPECT_EQ(softmax.shape(), (Shape{kAny, 3, 4}));
  EXPECT_FALSE(softmax.mask().has_value());
  EXPECT_EQ(guide::MyLayer()(ids).shape(), (Shape{kAny, 32}));
}

TEST(GuideSymbolicTest, AnOddNumberOfStepsDoesNotSplit) {
  const SymbolicTensor x = Input({.shape = {5, 4}});
  try {
    guide::TemporalSplit()(x);
    FAIL() << "5 steps were split in two";
  } catch (const ShapeError& error) {
    EXPECT_THAT(error.what(), HasSubstr("TemporalSplit (unnamed)"));
  }
}

TEST(GuideSymbolicTest, LosingAMaskWarnsOfTheLayerThatRunsUnmasked) {
  std::vector<std::string> warnings;
  set_warning_sink([&](const std::string& text) { warnings.push_back(text); });
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  const SymbolicTensor x = layers::Embedding(10, 4, kMaskZero)(ids);
  const Model model(ids, layers::LSTM(3)(guide::ReverseSteps()(x)));
  const Model repaired(ids, layers::LSTM(3)(guide::ReverseStepsAndMask()(x)));
  set_warning_sink({});
  EXPECT_THAT(warnings,
              ElementsAre("ReverseSteps 'reverse_steps' does not support masking and ends the mask "
                          "made by Embedding 'embedding'; LSTM 'lstm' would have used it and runs "
                          "unmasked"));
}

}  // namespace
}  // namespace domino
