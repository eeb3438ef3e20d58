#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "domino/core/tensor.h"
#include "text_vectorizer.h"

/// The sentences held back from training, in file order.
struct Reviews {
  std::vector<int> ids;
  std::vector<std::vector<int>> tokens;
  std::vector<bool> positive;  ///< what people said of each
  domino::Tensor keras;        ///< how probable that is for Keras: (sentences, 1)
};

/// Reads reviews.tsv and predictions.safetensors in `folder`. Throws domino::IoError if one cannot
/// be read, or if a sentence gives other tokens than it gave Keras.
Reviews read_reviews(const std::filesystem::path& folder, const TextVectorizer& vectorize);

/// How many answers are above 0.5 for a positive sentence, and not above it for another.
std::size_t count_right(const domino::Tensor& answers, const Reviews& reviews);

/// The largest |a - b|; NaN if there is a NaN.
double largest_difference(const domino::Tensor& a, const domino::Tensor& b);
