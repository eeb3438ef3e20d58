#include "domino/layers/preprocessing/string_lookup.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "domino/graph/input_layer.h"
#include "domino/graph/model.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

Tensor texts(const Shape& shape, const std::vector<std::string>& values) {
  return Tensor(shape, values);
}

Tensor whole(const Shape& shape, const std::vector<std::int64_t>& values) {
  return Tensor(shape, values);
}

std::string lookup_error_with(const StringLookupOptions& options) {
  return error_of([&] { return StringLookup(options); });
}

TEST(StringLookup, MatchesKeras) { expect_parity("string_lookup"); }

TEST(StringLookup, KeepsItsConfig) { expect_config_round_trip("string_lookup"); }

TEST(StringLookup, EndsTheMask) {
  const StringLookup layer({.vocabulary = {"a"}});
  EXPECT_FALSE(layer.supports_masking());
  const Tensor x = texts({1, 2}, {"a", "b"}).with_mask(Mask({1, 2}, {1, 0}));
  EXPECT_FALSE(layer(x).mask());
}

TEST(StringLookup, RunsModelsInBatchesAndBack) {
  const std::vector<std::string> terms{"a", "b"};
  const auto words = Input({.shape = {kAny}, .dtype = DType::String});
  const auto indices = StringLookup({.vocabulary = terms})(words);
  EXPECT_EQ(indices.shape(), (Shape{kAny, kAny}));
  EXPECT_EQ(indices.dtype(), DType::Int64);
  const auto back = StringLookup({.vocabulary = terms, .invert = true})(indices);
  EXPECT_EQ(back.dtype(), DType::String);
  const Model model(words, back);
  const Tensor said =
      model.predict(texts({3, 2}, {"a", "x", "b", "b", "", "a"}), {.batch_size = 2});
  EXPECT_TRUE(equal(said, texts({3, 2}, {"a", "[UNK]", "b", "b", "[UNK]", "a"})));
}

TEST(StringLookup, NamesWhatIsUnknownIfThatIsAnError) {
  const StringLookup layer({.num_oov_indices = 0, .vocabulary = {"a"}, .name = "s"});
  EXPECT_EQ(error_of([&] { return layer(texts({1}, {"z"})); }),
            "StringLookup 's' on (1,): lookup: \"z\" is not in the vocabulary of 1 entries, and "
            "num_oov_indices is 0; with num_oov_indices of 1 it would have an index");
}

TEST(StringLookup, RefusesWhatItCannotLookUp) {
  EXPECT_EQ(error_of([] { return StringLookup({.name = "s"})(Tensor({1}, {1})); }),
            "StringLookup 's' on (1,): needs strings, got float32");
  const StringLookup inverse({.vocabulary = {"a"}, .invert = true, .name = "s"});
  EXPECT_EQ(error_of([&] { return inverse(texts({1}, {"a"})); }),
            "StringLookup 's' on (1,): needs numbers, got string");
}

TEST(StringLookup, RefusesOptionsThatDoNotGoTogether) {
  EXPECT_EQ(lookup_error_with({.max_tokens = 1}),
            "StringLookup: max_tokens is 1; expected at least 2");
  EXPECT_EQ(lookup_error_with({.num_oov_indices = -1}),
            "StringLookup: num_oov_indices is -1; expected at least 0");
  EXPECT_EQ(lookup_error_with({.output_mode = "hot"}),
            "StringLookup: output_mode is 'hot'; expected one of int, one_hot, multi_hot, count, "
            "tf_idf");
  EXPECT_EQ(lookup_error_with({.pad_to_max_tokens = true}),
            "StringLookup: pad_to_max_tokens without max_tokens; give it");
  EXPECT_EQ(lookup_error_with({.invert = true, .output_mode = "count"}),
            "StringLookup: invert with output_mode 'count'; only 'int' can be inverted");
  EXPECT_EQ(lookup_error_with({.idf_weights = {1}}),
            "StringLookup: idf_weights with output_mode 'int'; they are for 'tf_idf'");
  EXPECT_EQ(lookup_error_with({.vocabulary = {"a"}, .output_mode = "tf_idf"}),
            "StringLookup: a vocabulary for 'tf_idf' without idf_weights; give one for each term");
  EXPECT_EQ(lookup_error_with({.oov_method = "md5"}),
            "StringLookup: oov_method is 'md5'; expected floormod or farmhash");
  EXPECT_EQ(lookup_error_with({.salt = {1, 2, 3}}),
            "StringLookup: a salt of 3 numbers; expected one or two");
}

TEST(StringLookup, RefusesVocabulariesThatDoNotFit) {
  EXPECT_EQ(lookup_error_with({.vocabulary = std::vector<std::string>{}}),
            "StringLookup: an empty vocabulary");
  EXPECT_EQ(lookup_error_with({.vocabulary = {"a", "b", "a"}}),
            "StringLookup: the vocabulary has 'a' twice");
  EXPECT_EQ(
      lookup_error_with({.mask_token = "m", .vocabulary = {"a", "m"}}),
      "StringLookup: the vocabulary has the mask_token among its terms; leave out all special "
      "terms, or begin with exactly these: [m, [UNK]]");
  EXPECT_EQ(lookup_error_with({.vocabulary = {"a", "[UNK]"}, .invert = true}),
            "StringLookup: the vocabulary has the oov_token among its terms; leave out all special "
            "terms, or begin with exactly these: [[UNK]]");
  EXPECT_EQ(lookup_error_with({.max_tokens = 2, .vocabulary = {"a", "b"}}),
            "StringLookup: a vocabulary of 3 entries with the special ones; max_tokens allows 2");
  EXPECT_EQ(
      lookup_error_with({.vocabulary = {"a"}, .idf_weights = {1, 2, 3}, .output_mode = "tf_idf"}),
      "StringLookup: 3 idf_weights for 1 terms; expected one for each");
}

TEST(StringLookup, RefusesSparseTensorsAndOtherEncodings) {
  const auto with = [](std::string_view key, const Config& value) {
    return error_of([&] {
      return StringLookup::from_config(Config::object({{std::string(key), value}}));
    });
  };
  EXPECT_EQ(with("sparse", true),
            "StringLookup: sparse is true, but Domino has dense tensors only; use sparse=False");
  EXPECT_EQ(with("encoding", "latin-1"), "'encoding': latin-1; expected utf-8");
}

// The files are what Keras wrote of layers that had learned their vocabulary.

TEST(StringLookup, TakesTheVocabularyOfKeras) {
  const StringLookup layer(
      {.num_oov_indices = 2, .mask_token = "", .invert = true, .vocabulary_size = 5});
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): copies share the vocabulary
  const StringLookup copy = layer;
  EXPECT_TRUE(layer.own_assets().empty());
  const Assets assets{{"vocabulary.txt", "\n[UNK]\n[UNK]\nb\na"}};
  layer.load_own_assets(assets);
  EXPECT_EQ(copy.get_vocabulary(), (std::vector<std::string>{"", "[UNK]", "[UNK]", "b", "a"}));
  EXPECT_TRUE(equal(copy(whole({1, 7}, {0, 1, 2, 3, 4, 5, 6})),
                    texts({1, 7}, {"", "[UNK]", "[UNK]", "b", "a", "[UNK]", "[UNK]"})));
  EXPECT_EQ(layer.own_assets(), assets);
}

TEST(StringLookup, ReadsLinesAsPythonDoes) {
  const StringLookup layer;
  layer.load_own_assets({{"vocabulary.txt",
                          "[UNK]\na\r\nb\x0b"
                          "c\xE2\x80\xA8"
                          "d\n\n"}});
  EXPECT_EQ(layer.get_vocabulary(), (std::vector<std::string>{"[UNK]", "a", "b", "c", "d"}));
}

TEST(StringLookup, IsWiredBeforeItsVocabularyComes) {
  const auto words = Input({.shape = {kAny}, .dtype = DType::String});
  const StringLookup layer({.output_mode = "tf_idf", .vocabulary_size = 3, .name = "s"});
  const Model model(words, layer(words));
  const Tensor x = texts({1, 2}, {"foo", "foo"});
  EXPECT_NE(error_of([&] { return model.predict(x); }).find("there is no vocabulary yet"),
            std::string::npos);
  EXPECT_NE(
      error_of([&] {
        layer.load_own_assets({{"vocabulary.txt", "[UNK]\nfoo\nbar\nbaz"}});
      })
          .find("vocabulary.txt: StringLookup: a vocabulary of 4 entries with the special ones, "
                "expected 3"),
      std::string::npos);
  layer.load_own_assets({{"vocabulary.txt", "[UNK]\nfoo\nbar"}});
  EXPECT_NE(error_of([&] { return model.predict(x); }).find("there are no idf_weights yet"),
            std::string::npos);
  layer.load_own_variable("idf_weights", Tensor({3}, {0.5, 0.25, 2}));
  EXPECT_EQ(model.count_params(), 0);
  EXPECT_TRUE(equal(model.predict(x), Tensor({1, 3}, {0, 0.5, 0})));
}

TEST(StringLookup, RefusesVariablesThatAreNotThere) {
  const StringLookup layer(
      {.vocabulary = {"a"}, .idf_weights = {2}, .output_mode = "tf_idf", .name = "s"});
  EXPECT_EQ(error_of([&] {
              layer.load_own_variable("kernel", Tensor({2}, {1, 2}));
            }),
            "StringLookup: there is no variable 'kernel'");
  EXPECT_EQ(error_of([&] { layer.load_own_variable("idf_weights", Tensor({1}, {1})); }),
            "StringLookup: idf_weights have shape (2,), got (1,)");
  EXPECT_EQ(error_of([] { StringLookup().load_own_variable("idf_weights", Tensor({1}, {1})); }),
            "StringLookup: there is no variable 'idf_weights'");
}

TEST(StringLookup, NeedsItsFile) {
  EXPECT_EQ(error_of([] { StringLookup().load_own_assets({}); }),
            "StringLookup: no file 'vocabulary.txt', which holds its terms");
}

TEST(StringLookup, NeedsTheSizeOfAVocabularyThatComesLater) {
  const auto words = Input({.shape = {kAny}, .dtype = DType::String});
  EXPECT_NE(error_of([&] {
              return StringLookup({.output_mode = "count"})(words);
            }).find("output_mode 'count' needs a vocabulary, or its vocabulary_size"),
            std::string::npos);
}

}  // namespace
}  // namespace domino::layers
