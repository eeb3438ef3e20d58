#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sentence_encoder {

/// Turns a sentence into token ids as BERT's tokenizer for uncased models does: [CLS], the pieces of
/// the words, [SEP].
///
/// A word is cut into the longest pieces that the vocabulary has, from left to right, or is [UNK] if
/// that fails. Special tokens written out in a sentence, such as "[MASK]", are these tokens.
class WordPieceTokenizer {
 public:
  /// `vocabulary` holds a token per line; a token's id is its line, counted from 0. Longer sentences
  /// are cut to `max_length` ids, at least 2. Throws domino::IoError if the file cannot be read or lacks
  /// a special token.
  WordPieceTokenizer(const std::filesystem::path& vocabulary, std::size_t max_length);

  /// Throws domino::ValueError for a sentence that is not UTF-8.
  std::vector<int> operator()(std::string_view sentence) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  using Ids = std::unordered_map<std::string, int, Hash, std::equal_to<>>;

  void add_words(std::string_view text, std::vector<int>& ids) const;
  void add_pieces(std::string_view word, std::vector<int>& ids) const;
  static std::pair<std::size_t, int> longest_piece(const Ids& pieces, std::string_view word);

  std::size_t max_length_;
  Ids beginnings_;     ///< tokens that begin a word, and the special ones
  Ids continuations_;  ///< tokens that go on with a word, without their "##"
};

}  // namespace sentence_encoder
