#include "domino/layers/integers.h"

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

}  // namespace domino::layers
