#include "domino/core/error.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace domino {
namespace {

constexpr std::string_view kDigits = "0123456789";

bool is_number(std::string_view run) { return kDigits.find(run.front()) != kDigits.npos; }

/// A text as runs of digits and runs of others.
std::vector<std::string_view> runs_of(std::string_view text) {
  std::vector<std::string_view> runs;
  while (!text.empty()) {
    const std::size_t end =
        is_number(text) ? text.find_first_not_of(kDigits) : text.find_first_of(kDigits);
    runs.push_back(text.substr(0, end));
    text.remove_prefix(runs.back().size());
  }
  return runs;
}

/// `text` with `by` for its numbers that are others in `other`, if the words are the same.
std::string with_unlike_numbers(const std::string& text, const std::string& other,
                                const std::string& by) {
  const std::vector<std::string_view> runs = runs_of(text);
  const std::vector<std::string_view> others = runs_of(other);
  const bool alike = std::ranges::equal(runs, others, [](std::string_view a, std::string_view b) {
    return a == b || (is_number(a) && is_number(b));
  });
  if (!alike) return text;
  std::string result;
  for (std::size_t i = 0; i < runs.size(); ++i) result += runs[i] == others[i] ? runs[i] : by;
  return result;
}

}  // namespace

Error::Error(std::string message)
    : std::runtime_error(message), message_(std::move(message)), full_(message_) {}

void Error::add_context(const std::string& who) {
  context_ = who + ": " + context_;
  full_ = context_ + message_;
}

void Error::replace_unlike_numbers(const Error& other, const std::string& by) {
  message_ = with_unlike_numbers(message_, other.message_, by);
  context_ = with_unlike_numbers(context_, other.context_, by);
  full_ = context_ + message_;
}

}  // namespace domino
