#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Turns a sentence into token ids, as Keras' TextVectorization does; README.md has the rules.
class TextVectorizer {
 public:
  /// `vocabulary` holds a token per line; a token's id is its line, counted from 0. Throws
  /// domino::IoError if it cannot be read.
  explicit TextVectorizer(const std::filesystem::path& vocabulary);

  /// One id per word, 1 for a word that is not in the vocabulary. No words give no ids.
  std::vector<int> operator()(std::string_view text) const;

 private:
  int id_of(const std::string& word) const;

  std::unordered_map<std::string, int> ids_;
};
