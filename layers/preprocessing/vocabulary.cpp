#include "domino/layers/preprocessing/vocabulary.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "domino/core/check.h"

namespace domino::layers {
namespace {

std::string term_of(const Config& config, const std::string&) { return config.as_string(); }
std::int64_t term_of(const Config& config, std::int64_t) { return config.as_int(); }

/// What Python's str.splitlines() takes for the end of a line, the longer first.
constexpr std::array<std::string_view, 11> kLineEnds = {
    "\r\n", "\n",   "\r",       "\v",           "\f",          "\x1c",
    "\x1d", "\x1e", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const auto end = std::ranges::find_if(
        kLineEnds, [&](std::string_view candidate) { return text.starts_with(candidate); });
    if (end == kLineEnds.end()) {
      lines.back() += text.front();
      text.remove_prefix(1);
    } else {
      lines.emplace_back();
      text.remove_prefix(end->size());
    }
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::int64_t integer_of(const std::string& line) {
  std::int64_t number = 0;
  const char* end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data(), end, number);
  check<ValueError>(error == std::errc() && stop == end, "the line '{}' is no integer", line);
  return number;
}

}  // namespace

template <class T>
Config Vocabulary<T>::to_config() const {
  return given_ ? Config(Config::Array(terms_.begin(), terms_.end())) : Config();
}

template <class T>
Vocabulary<T> Vocabulary<T>::from_config(const Config& config) {
  if (config.is_null()) return {};
  std::vector<T> terms;
  for (const Config& term : config.as_array()) terms.push_back(term_of(term, T()));
  return terms;
}

template <class T>
std::string vocabulary_file(const std::vector<T>& terms) {
  return fmt::format("{}", fmt::join(terms, "\n"));
}

template <>
std::vector<std::string> read_vocabulary(std::string_view file) {
  return lines_of(file);
}

template <>
std::vector<std::int64_t> read_vocabulary(std::string_view file) {
  const std::vector<std::string> lines = lines_of(file);
  std::vector<std::int64_t> numbers(lines.size());
  std::ranges::transform(lines, numbers.begin(), integer_of);
  return numbers;
}

template class Vocabulary<std::string>;
template class Vocabulary<std::int64_t>;
template std::string vocabulary_file(const std::vector<std::string>&);
template std::string vocabulary_file(const std::vector<std::int64_t>&);

}  // namespace domino::layers
