#include "domino/layers/preprocessing/text_vectorization.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "domino/graph/input_layer.h"
#include "domino/graph/model.h"
#include "domino/layers/core/dense.h"
#include "domino/layers/core/embedding.h"
#include "domino/layers/pooling/global_average_pooling1d.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

Tensor texts(const std::vector<std::string>& values) {
  return Tensor({static_cast<std::int64_t>(values.size()), 1}, values);
}

std::string error_with(const TextVectorizationOptions& options) {
  return error_of([&] { return TextVectorization(options); });
}

TEST(TextVectorization, MatchesKeras) { expect_parity("text_vectorization"); }

TEST(TextVectorization, KeepsItsConfig) { expect_config_round_trip("text_vectorization"); }

TEST(TextVectorization, LeavesTheNumberOfTokensOpen) {
  const auto shape_of = [](const TextVectorizationOptions& options, const Shape& input) {
    return TextVectorization(options)(Input({.shape = input, .dtype = DType::String})).shape();
  };
  const Vocabulary<std::string> terms{"a"};
  EXPECT_EQ(shape_of({.vocabulary = terms}, {1}), (Shape{kAny, kAny}));
  EXPECT_EQ(shape_of({.vocabulary = terms}, {}), (Shape{kAny, kAny}));
  EXPECT_EQ(shape_of({.output_sequence_length = 4, .vocabulary = terms}, {1}), (Shape{kAny, 4}));
  EXPECT_EQ(shape_of({.output_mode = "count", .vocabulary = terms}, {1}), (Shape{kAny, 2}));
  const TextVectorization layer({.vocabulary = terms});
  const auto fixed = Input({.shape = {1}, .dtype = DType::String, .batch_size = 2});
  EXPECT_EQ(layer(fixed).shape(), (Shape{2, kAny}));
}

TEST(TextVectorization, StartsAModelThatMasksThePadding) {
  const auto text = Input({.shape = {1}, .dtype = DType::String});
  auto x = TextVectorization({.vocabulary = {"good", "bad"}})(text);
  x = Embedding(4, 3, {.mask_zero = true})(x);
  const Model model(text, Dense(1)(GlobalAveragePooling1D()(x)));
  const Tensor both = model.predict(texts({"Good!", "bad good bad"}));
  const Tensor alone = model.predict(texts({"good"}));
  EXPECT_NEAR(both.item({0, 0}), alone.item({0, 0}), 1e-6);
}

TEST(TextVectorization, FeedsDenseWithRowsOfCounts) {
  const auto text = Input({.shape = {1}, .dtype = DType::String});
  const auto counts = TextVectorization({.output_mode = "count", .vocabulary = {"a", "b"}})(text);
  const Dense dense(1, {.kernel_initializer = "ones"});
  const Model model(text, dense(counts));
  EXPECT_TRUE(equal(model.predict(texts({"a b a c", "b"})), Tensor({2, 1}, {4, 1})));
}

// The files are what Keras wrote of layers that had learned "foo bar" and "foo".

TEST(TextVectorization, TakesTheVocabularyOfKeras) {
  const TextVectorization layer({.vocabulary_size = 4});
  const Assets assets{{"vocabulary.txt", "\n[UNK]\nfoo\nbar"}};
  layer.load_own_assets(assets);
  EXPECT_EQ(layer.get_vocabulary(), (std::vector<std::string>{"", "[UNK]", "foo", "bar"}));
  EXPECT_TRUE(equal(layer(texts({"foo baz"})), Tensor({1, 2}, std::vector<std::int64_t>{2, 1})));
  EXPECT_EQ(layer.own_assets(), assets);
}

TEST(TextVectorization, TakesFilesAndWeightsThroughItsLookupLayer) {
  const TextVectorization layer({.output_mode = "tf_idf", .vocabulary_size = 3});
  const auto text = Input({.shape = {1}, .dtype = DType::String});
  const Model model(text, layer(text));
  ASSERT_EQ(layer.sublayers().size(), 1U);
  EXPECT_EQ(layer.sublayers()[0].first, "_lookup_layer");
  layer.sublayers()[0].second->load_own_assets({{"vocabulary.txt", "[UNK]\nfoo\nbar"}});
  const Tensor weights({3}, {0.6019864F, 0.51082563F, 0.6931472F});
  layer.sublayers()[0].second->load_own_variable("idf_weights", weights);
  ASSERT_EQ(layer.own_variables().size(), 1U);
  EXPECT_TRUE(equal(layer.own_variables()[0].value, weights));
  EXPECT_TRUE(equal(model.predict(texts({"foo bar foo", "qux"})),
                    Tensor({2, 3}, {0, 2 * 0.51082563F, 0.6931472F, 0.6019864F, 0, 0})));
}

TEST(TextVectorization, KeepsAVocabularyOfItsOptions) {
  const TextVectorization layer({.vocabulary = {"a"}});
  EXPECT_TRUE(layer.own_assets().empty());
  layer.load_own_assets({{"vocabulary.txt", "\n[UNK]\nb"}});
  EXPECT_EQ(layer.get_vocabulary(), (std::vector<std::string>{"", "[UNK]", "a"}));
}

TEST(TextVectorization, RefusesOptionsThatDoNotGoTogether) {
  EXPECT_EQ(
      error_with({.standardize = "upper"}),
      "TextVectorization: standardize is 'upper'; expected lower_and_strip_punctuation, lower, "
      "strip_punctuation or None");
  EXPECT_EQ(error_with({.split = "sentence"}),
            "TextVectorization: split is 'sentence'; expected whitespace, character or None");
  EXPECT_EQ(error_with({.output_mode = "one_hot"}),
            "TextVectorization: output_mode 'one_hot' with a split gives rows of different lengths "
            "in Keras, which Domino has not; use 'int' and CategoryEncoding");
  EXPECT_EQ(error_with({.output_mode = "count", .output_sequence_length = 3}),
            "TextVectorization: output_sequence_length with output_mode 'count'; it is for 'int'");
  EXPECT_EQ(error_with({.output_sequence_length = 0}),
            "TextVectorization: output_sequence_length is 0; expected at least 1");
  EXPECT_EQ(error_with({.ngrams = 0}), "TextVectorization: ngrams is 0; expected at least 1");
}

TEST(TextVectorization, RefusesFunctionsAndRaggedTensors) {
  const auto with = [](std::string_view key, const Config& value) {
    return error_of([&] {
      return TextVectorization::from_config(Config::object({{std::string(key), value}}));
    });
  };
  const Config function = Config::object({{"class_name", "function"}, {"config", "mine>clean"}});
  EXPECT_EQ(with("standardize", function),
            "'standardize': expected a string, got {\"class_name\": \"function\", \"config\": "
            "\"mine>clean\"}");
  EXPECT_EQ(with("ragged", true),
            "TextVectorization: ragged is true, but Domino has dense tensors only; use "
            "ragged=False");
  EXPECT_EQ(with("encoding", "latin-1"), "'encoding': latin-1; expected utf-8");
}

TEST(TextVectorization, NeedsOneStringPerText) {
  const TextVectorization layer({.vocabulary = {"a"}, .name = "t"});
  EXPECT_EQ(error_of([&] {
              return layer(Tensor({1, 2}, std::vector<std::string>{"a", "b"}));
            }),
            "TextVectorization 't' on (1, 2): needs (batch,) or (batch, 1) to split, got (1, 2)");
  EXPECT_EQ(error_of([&] {
              return layer(Tensor({1, 1}, {1}));
            }),
            "TextVectorization 't' on (1, 1): needs strings, got float32");
}

}  // namespace
}  // namespace domino::layers
