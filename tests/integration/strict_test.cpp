// In strict mode a sequence gets the same bits whatever stands beside it and wherever it is padded.

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "domino/graph/model.h"
#include "domino/layers.h"
#include "tests/quiet.h"

namespace domino {
namespace {

using Sentence = std::vector<std::int32_t>;

/// Of 1 to 37 tokens.
std::vector<Sentence> strict_sentences() {
  std::vector<Sentence> sentences;
  for (int i = 0; i < 23; ++i) {
    Sentence& sentence = sentences.emplace_back();
    for (int step = 0; step < 1 + i * 11 % 37; ++step) {
      sentence.push_back(1 + (i * 5 + step * 3) % 29);
    }
  }
  return sentences;
}

enum class Side { Right, Left, Holes };

/// All of the sentences in one tensor of so many steps.
Tensor laid_out(const std::vector<Sentence>& sentences, std::size_t steps, Side side) {
  std::vector<std::int32_t> ids;
  for (const Sentence& sentence : sentences) {
    std::vector<std::int32_t> row(steps, 0);
    const std::size_t free = steps - sentence.size();
    for (std::size_t i = 0; i < sentence.size(); ++i) {
      const std::size_t gap = side == Side::Right  ? 0
                              : side == Side::Left ? free
                                                   : i * free / steps;
      row[i + gap] = sentence[i];
    }
    ids.insert(ids.end(), row.begin(), row.end());
  }
  return {{static_cast<std::int64_t>(sentences.size()), static_cast<std::int64_t>(steps)}, ids};
}

Model recurrent(const std::string& kind) {
  const auto in = Input({.shape = {kAny}, .dtype = DType::Int32});
  auto x = layers::Embedding(30, 24, {.mask_zero = true})(in);
  if (kind == "LSTM") x = layers::LSTM(40)(layers::Dense(33, {.activation = "gelu"})(x));
  if (kind == "GRU") x = layers::GRU(40)(x);
  if (kind == "Bidirectional") {
    x = layers::Bidirectional(layers::LSTM(24, {.return_sequences = true}))(x);
    x = layers::GlobalAveragePooling1D()(layers::Dense(20)(x));
  }
  if (kind == "encoder") {
    for (int block = 0; block < 2; ++block) {
      const auto attended = layers::MultiHeadAttention(4, 6)({.query = x, .value = x});
      x = layers::LayerNormalization()(layers::Add()({x, attended}));
      const auto wide = layers::Dense(100, {.activation = "gelu"})(x);
      x = layers::LayerNormalization()(layers::Add()({x, layers::Dense(24)(wide)}));
    }
    x = layers::GlobalAveragePooling1D()(x);
  }
  return {in, layers::Dense(7, {.activation = "softmax"})(x)};
}

class StrictTest : public ::testing::TestWithParam<std::string> {
 protected:
  /// Row `row` of what is predicted for a batch.
  std::vector<float> predicted(const Model& model, const Tensor& batch, std::size_t row,
                               std::int64_t batch_size) {
    const Tensor all = model.predict(batch, {.batch_size = batch_size, .strict = true});
    const auto width = static_cast<std::size_t>(all.size(1));
    const auto numbers = all.data<float>().subspan(row * width, width);
    return {numbers.begin(), numbers.end()};
  }

 private:
  const testing::Quiet quiet_;
};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST_P(StrictTest, SameBitsInAnyBatch) {
  const Model model = recurrent(GetParam());
  const std::vector<Sentence> sentences = strict_sentences();
  for (std::size_t row = 0; row < sentences.size(); ++row) {
    const Sentence& sentence = sentences[row];
    const auto alone = predicted(model, laid_out({sentence}, sentence.size(), Side::Right), 0, 1);
    for (const Side side : {Side::Right, Side::Left, Side::Holes}) {
      for (const std::int64_t batch_size : {5, 23}) {
        const auto together = predicted(model, laid_out(sentences, 41, side), row, batch_size);
        EXPECT_TRUE(same_bits(together, alone))
            << "sentence " << row << ", side " << static_cast<int>(side) << ", batches of "
            << batch_size;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, StrictTest,
                         ::testing::Values("LSTM", "GRU", "Bidirectional", "encoder"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace domino
