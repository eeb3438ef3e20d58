#include "text_vectorizer.h"

#include <fstream>

#include "domino/core/error.h"

namespace {

constexpr int kUnknown = 1;

// Not those of <cctype>, which depend on the locale.
bool is_space(char c) { return c == ' ' || ('\t' <= c && c <= '\r'); }
bool is_upper(char c) { return 'A' <= c && c <= 'Z'; }
bool is_punctuation(char c) {
  return std::string_view("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").find(c) != std::string_view::npos;
}

}  // namespace

TextVectorizer::TextVectorizer(const std::filesystem::path& vocabulary) {
  std::ifstream file(vocabulary);
  if (!file) throw domino::IoError("cannot read '" + vocabulary.string() + "'");
  int id = 0;
  for (std::string token; std::getline(file, token); ++id) ids_.emplace(token, id);
}

std::vector<int> TextVectorizer::operator()(std::string_view text) const {
  std::vector<int> ids;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) ids.push_back(id_of(word));
    word.clear();
  };
  for (const char c : text) {
    if (is_space(c)) {
      end_word();
    } else if (!is_punctuation(c)) {
      word += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  end_word();
  return ids;
}

int TextVectorizer::id_of(const std::string& word) const {
  const auto it = ids_.find(word);
  return it == ids_.end() ? kUnknown : it->second;
}
