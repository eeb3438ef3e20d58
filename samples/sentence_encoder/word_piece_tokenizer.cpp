#include "word_piece_tokenizer.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "basic_words.h"
#include "domino/core/error.h"

namespace sentence_encoder {

namespace {

constexpr std::string_view kContinuation = "##";
constexpr std::string_view kBegin = "[CLS]";
constexpr std::string_view kEnd = "[SEP]";
constexpr std::string_view kUnknown = "[UNK]";
constexpr std::array<std::string_view, 5> kSpecial = {"[PAD]", kUnknown, kBegin, kEnd, "[MASK]"};
constexpr std::ptrdiff_t kLongestWord = 100;  // in characters; a longer one is unknown

/// In UTF-8 the bytes of a character behind its first one.
bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::ptrdiff_t count_characters(std::string_view text) {
  return std::ranges::count_if(text, [](char byte) { return !continues_character(byte); });
}

std::string_view without_last_character(std::string_view text) {
  while (continues_character(text.back())) text.remove_suffix(1);
  return text.substr(0, text.size() - 1);
}

/// The special token that comes first in `text`: a part of `text`, empty and at its end if none does.
std::string_view first_special(std::string_view text) {
  std::string_view first = text.substr(text.size());
  for (const std::string_view token : kSpecial) {
    const std::size_t at = text.find(token);
    if (at < text.size() && text.data() + at < first.data()) first = text.substr(at, token.size());
  }
  return first;
}

}  // namespace

WordPieceTokenizer::WordPieceTokenizer(const std::filesystem::path& vocabulary,
                                       std::size_t max_length)
    : max_length_(max_length) {
  if (max_length < 2) throw domino::ValueError("max_length has to leave room for [CLS] and [SEP]");
  std::ifstream file(vocabulary);
  if (!file) throw domino::IoError("cannot read '" + vocabulary.string() + "'");
  int id = 0;
  for (std::string token; std::getline(file, token); ++id) {
    const bool continues = token.starts_with(kContinuation);
    if (continues) token.erase(0, kContinuation.size());
    (continues ? continuations_ : beginnings_).emplace(token, id);
  }
  for (const std::string_view token : kSpecial) {
    if (beginnings_.contains(token)) continue;
    throw domino::IoError("'" + vocabulary.string() + "' lacks the token " + std::string(token));
  }
}

std::vector<int> WordPieceTokenizer::operator()(std::string_view sentence) const {
  const int end = beginnings_.find(kEnd)->second;
  std::vector<int> ids = {beginnings_.find(kBegin)->second};
  while (!sentence.empty()) {
    const std::string_view special = first_special(sentence);
    const auto at = static_cast<std::size_t>(special.data() - sentence.data());
    add_words(sentence.substr(0, at), ids);
    if (!special.empty()) ids.push_back(beginnings_.find(special)->second);
    sentence.remove_prefix(at + special.size());
  }
  ids.resize(std::min(ids.size(), max_length_ - 1));
  ids.push_back(end);
  return ids;
}

void WordPieceTokenizer::add_words(std::string_view text, std::vector<int>& ids) const {
  for (const std::string& word : basic_words(text)) {
    const std::size_t before = ids.size();
    if (count_characters(word) <= kLongestWord) add_pieces(word, ids);
    const bool failed = ids.size() == before;
    if (failed) ids.push_back(beginnings_.find(kUnknown)->second);
  }
}

/// Adds nothing if a part of the word is in no piece.
void WordPieceTokenizer::add_pieces(std::string_view word, std::vector<int>& ids) const {
  const std::size_t before = ids.size();
  while (!word.empty()) {
    const auto [length, id] =
        longest_piece(ids.size() == before ? beginnings_ : continuations_, word);
    if (length == 0) {
      ids.resize(before);
      return;
    }
    ids.push_back(id);
    word.remove_prefix(length);
  }
}

/// How many bytes of `word` the longest piece takes, none if there is no piece, and its id.
std::pair<std::size_t, int> WordPieceTokenizer::longest_piece(const Ids& pieces,
                                                              std::string_view word) {
  for (; !word.empty(); word = without_last_character(word)) {
    const auto piece = pieces.find(word);
    if (piece != pieces.end()) return {word.size(), piece->second};
  }
  return {};
}

}  // namespace sentence_encoder
