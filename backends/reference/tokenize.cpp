#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "domino/backends/reference/kernels.h"

namespace domino::reference {
namespace {

using Tokens = std::vector<std::string>;

// Of ASCII alone, whatever the locale.
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}
char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string standardized(std::string text, const op::Tokenize& op) {
  if (op.lower) std::ranges::transform(text, text.begin(), lowered);
  if (op.strip_punctuation) std::erase_if(text, is_punctuation);
  return text;
}

Tokens words_of(std::string_view text) {
  Tokens words;
  for (auto next = text.begin();;) {
    const auto begin = std::find_if_not(next, text.end(), is_space);
    if (begin == text.end()) return words;
    next = std::find_if(begin, text.end(), is_space);
    words.emplace_back(begin, next);
  }
}

/// What may follow a byte that begins a UTF-8 character: how many bytes, and the first one's range.
struct Continuation {
  std::size_t bytes;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

/// None for a byte that begins no character of more than one byte.
Continuation continuation_of(unsigned char first) {
  if (first >= 0xC2 && first <= 0xDF) return {1};
  if (first == 0xE0) return {2, 0xA0};
  if (first == 0xED) return {2, 0x80, 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {2};
  if (first == 0xF0) return {3, 0x90};
  if (first >= 0xF1 && first <= 0xF3) return {3};
  if (first == 0xF4) return {3, 0x80, 0x8F};
  return {0};
}

/// The first character of a text that is not empty, taken off its front. The longest beginning of a
/// character is one U+FFFD, as is every other byte that belongs to none.
std::string take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  auto [expected, low, high] = continuation_of(first);
  std::size_t length = 1;
  while (length <= expected && length < text.size()) {
    const auto byte = static_cast<unsigned char>(text[length]);
    if (byte < low || byte > high) break;
    low = 0x80;
    high = 0xBF;
    ++length;
  }
  const bool whole = first < 0x80 || (expected > 0 && length == expected + 1);
  std::string character(whole ? text.substr(0, length) : "\xEF\xBF\xBD");
  text.remove_prefix(length);
  return character;
}

Tokens characters_of(std::string_view text) {
  Tokens characters;
  while (!text.empty()) characters.push_back(take_character(text));
  return characters;
}

std::string joined(const Tokens& tokens, std::size_t begin, std::size_t count) {
  std::string text = tokens[begin];
  for (std::size_t i = begin + 1; i < begin + count; ++i) text += ' ' + tokens[i];
  return text;
}

Tokens with_ngrams(Tokens tokens, const op::Tokenize& op) {
  if (op.ngrams.empty()) return tokens;
  Tokens runs;
  for (const std::int64_t width : op.ngrams) {
    const auto count = static_cast<std::size_t>(width);
    for (std::size_t i = 0; i + count <= tokens.size(); ++i) {
      runs.push_back(joined(tokens, i, count));
    }
  }
  return runs;
}

/// The rows of a tensor of strings that stays unsplit.
std::vector<Tokens> rows_of(std::span<const std::string> texts, std::size_t length,
                            const op::Tokenize& op) {
  std::vector<Tokens> rows;
  for (std::size_t i = 0; i < texts.size(); i += length) {
    Tokens& row = rows.emplace_back();
    for (std::size_t k = i; k < i + length; ++k) row.push_back(standardized(texts[k], op));
  }
  return rows;
}

std::vector<Tokens> split_rows(std::span<const std::string> texts, const op::Tokenize& op) {
  std::vector<Tokens> rows;
  for (const std::string& text : texts) {
    const std::string standard = standardized(text, op);
    rows.push_back(op.split == op::SplitKind::Whitespace ? words_of(standard)
                                                         : characters_of(standard));
  }
  return rows;
}

/// A tensor for the rows, as long as the longest.
Tensor room_for(const std::vector<Tokens>& rows, const Shape& shape) {
  std::size_t longest = 0;
  for (const Tokens& row : rows) longest = std::max(longest, row.size());
  return Tensor::empty(shape.inserted(shape.rank(), static_cast<std::int64_t>(longest)),
                       DType::String);
}

void write_rows(std::vector<Tokens> rows, Tensor& output) {
  if (output.elements() == 0) return;
  const auto length = static_cast<std::ptrdiff_t>(output.rank() == 0 ? 1 : output.size(-1));
  auto to = output.mutable_data<std::string>().begin();
  for (Tokens& row : rows) {
    std::ranges::move(row, to);
    to += length;
  }
}

}  // namespace

void tokenize(const op::Tokenize& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& x = inputs[0];
  const auto texts = x.data<std::string>();
  const bool splits = op.split != op::SplitKind::None;
  const std::size_t length = x.rank() == 0 ? 1 : static_cast<std::size_t>(x.size(-1));
  std::vector<Tokens> rows = splits ? split_rows(texts, op) : rows_of(texts, length, op);
  for (Tokens& row : rows) row = with_ngrams(std::move(row), op);
  if (splits) outputs[0] = room_for(rows, x.shape());
  write_rows(std::move(rows), outputs[0]);
}

}  // namespace domino::reference
