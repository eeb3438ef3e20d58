#include "domino/graph/naming.h"

#include <cctype>

namespace domino {
namespace {

bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }

/// `(.)([A-Z][a-z]+)` -> `\1_\2`: a capital that begins a word.
std::string split_words(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = i > 0 && is_upper(text[i]) && i + 1 < text.size() && is_lower(text[i + 1]);
    if (begins) out += '_';
    out += text[i];
  }
  return out;
}

/// `([a-z])([A-Z])` -> `\1_\2`: a capital behind a small letter.
std::string split_capitals(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && is_lower(text[i - 1]) && is_upper(text[i])) out += '_';
    out += text[i];
  }
  return out;
}

}  // namespace

std::string to_snake_case(std::string_view class_name) {
  // Keras calls the class GroupedQueryAttention and exports it under the shorter name.
  if (class_name == "GroupQueryAttention") return "grouped_query_attention";
  std::string words;
  for (const char c : class_name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') words += c;
  }
  std::string snake = split_capitals(split_words(words));
  for (char& c : snake) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return snake;
}

bool UniqueNames::take(const std::string& name) { return taken_.emplace(name, 0).second; }

std::string UniqueNames::next(const std::string& name) {
  if (take(name)) return name;
  std::string candidate;
  do {
    candidate = name + '_' + std::to_string(++taken_[name]);
  } while (!take(candidate));
  return candidate;
}

}  // namespace domino
