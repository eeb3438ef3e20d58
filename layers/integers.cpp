#include "domino/layers/integers.h"

#include <algorithm>
#include <limits>

#include "domino/core/check.h"

namespace domino::layers {

std::vector<int> Integers::axes() const {
  std::vector<int> axes;
  for (const std::int64_t value : values_) {
    check<ValueError>(
        value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max(),
        "{} is no axis", value);
    axes.push_back(static_cast<int>(value));
  }
  return axes;
}

Config Integers::to_config() const {
  if (form_ == Form::None) return {};
  if (form_ == Form::Number) return values_.front();
  return Config::Array(values_.begin(), values_.end());
}

Integers Integers::from_config(const Config& config) {
  if (config.is_null()) return {};
  if (!config.is_array()) return config.as_int();
  std::vector<std::int64_t> numbers;
  for (const Config& item : config.as_array()) numbers.push_back(item.as_int());
  return Integers(std::move(numbers));
}

namespace {

/// Sizes are added up; numbers below this do not overflow.
constexpr std::int64_t kTooLarge = std::int64_t{1} << 30;

}  // namespace

std::int64_t one_number(std::string_view layer, std::string_view option, const Integers& given,
                        std::int64_t least) {
  const auto& numbers = given.values();
  check<ValueError>(numbers.size() == 1 && numbers[0] >= least && numbers[0] < kTooLarge,
                    "{}: {} is ({}); expected one number of at least {}", layer, option,
                    fmt::join(numbers, ", "), least);
  return numbers[0];
}

std::pair<std::int64_t, std::int64_t> two_numbers(std::string_view layer, std::string_view option,
                                                  const Integers& given) {
  const auto& numbers = given.values();
  const bool fits = given.is_number() || numbers.size() == 2;
  check<ValueError>(
      fits && std::ranges::all_of(numbers, [](std::int64_t n) { return n >= 0 && n < kTooLarge; }),
      "{}: {} is ({}); expected one or two numbers of at least 0", layer, option,
      fmt::join(numbers, ", "));
  return {numbers.front(), numbers.back()};
}

}  // namespace domino::layers
