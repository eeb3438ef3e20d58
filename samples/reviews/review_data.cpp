#include "review_data.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

#include "domino/core/error.h"
#include "domino/io/safetensors.h"

namespace {

using domino::IoError;
using domino::Tensor;

void read_sentences(const std::filesystem::path& tsv, const TextVectorizer& vectorize,
                    Reviews& reviews) {
  std::ifstream file(tsv);
  std::string line;
  if (!std::getline(file, line)) throw IoError("cannot read '" + tsv.string() + "'");
  while (std::getline(file, line)) {  // the first line has the names of the columns
    std::istringstream row(line);
    std::string id;
    std::string score;
    std::string text;
    std::getline(std::getline(std::getline(row, id, '\t'), score, '\t'), text);
    if (std::stoi(id) % 5 != 0) continue;
    reviews.ids.push_back(std::stoi(id));
    reviews.tokens.push_back(vectorize(text));
    reviews.positive.push_back(std::stod(score) > 0);
  }
}

Tensor find(const domino::NamedTensors& tensors, const std::string& name) {
  const auto it = std::ranges::find(tensors, name, &domino::NamedTensor::name);
  if (it == tensors.end()) throw IoError("predictions.safetensors has no '" + name + "'");
  return it->value;
}

/// `tokens` has a row for each sentence, with 0 behind it up to the longest one.
void compare_tokens(const Reviews& reviews, const Tensor& ids, const Tensor& tokens) {
  if (!std::ranges::equal(reviews.ids, ids.data<std::int32_t>())) {
    throw IoError("reviews.tsv holds back other sentences than Keras did");
  }
  const auto longest = static_cast<std::size_t>(tokens.size(1));
  for (std::size_t i = 0; i < reviews.ids.size(); ++i) {
    std::vector<int> row = reviews.tokens[i];
    row.resize(std::max(longest, row.size()), 0);
    if (!std::ranges::equal(row, tokens.data<std::int32_t>().subspan(i * longest, longest))) {
      throw IoError("sentence " + std::to_string(reviews.ids[i]) +
                    " gives other tokens than Keras");
    }
  }
}

}  // namespace

Reviews read_reviews(const std::filesystem::path& folder, const TextVectorizer& vectorize) {
  const auto keras = domino::read_safetensors(folder / "predictions.safetensors");
  Reviews reviews;
  reviews.keras = find(keras, "probabilities");
  read_sentences(folder / "reviews.tsv", vectorize, reviews);
  compare_tokens(reviews, find(keras, "ids"), find(keras, "tokens"));
  return reviews;
}

std::size_t count_right(const Tensor& answers, const Reviews& reviews) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < reviews.positive.size(); ++i) {
    if ((answers.data<float>()[i] > 0.5F) == reviews.positive[i]) ++right;
  }
  return right;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.data<float>().size(); ++i) {
    const double difference = std::abs(a.data<float>()[i] - b.data<float>()[i]);
    if (std::isnan(difference)) return difference;
    largest = std::max(largest, difference);
  }
  return largest;
}
