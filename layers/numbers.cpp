#include "domino/layers/numbers.h"

#include <cstdint>
#include <utility>

#include "domino/core/check.h"

namespace domino::layers {
namespace {

/// What a NumPy array is in Keras' configurations: {"class_name": "__numpy__", "config": {...}}.
const Config& unpacked(const Config& config) {
  return config.is_object() ? config.at("config").at("value") : config;
}

std::vector<std::int64_t> sizes_of(const Config& numbers) {
  std::vector<std::int64_t> sizes;
  for (const Config* level = &numbers; level->is_array(); level = &level->as_array().front()) {
    sizes.push_back(static_cast<std::int64_t>(level->as_array().size()));
    if (level->as_array().empty()) break;
  }
  return sizes;
}

void collect(const Config& numbers, const std::vector<std::int64_t>& sizes, std::size_t axis,
             std::vector<float>& to) {
  if (axis == sizes.size()) {
    to.push_back(static_cast<float>(numbers.as_double()));
    return;
  }
  const Config::Array& rows = numbers.as_array();
  check<ValueError>(static_cast<std::int64_t>(rows.size()) == sizes[axis],
                    "an array with rows of {} and of {} numbers", sizes[axis], rows.size());
  for (const Config& row : rows) collect(row, sizes, axis + 1, to);
}

}  // namespace

Numbers::Numbers(Config config) : config_(std::move(config)) {
  if (config_.is_null()) return;
  const Config& numbers = unpacked(config_);
  const std::vector<std::int64_t> sizes = sizes_of(numbers);
  std::vector<float> values;
  collect(numbers, sizes, 0, values);
  tensor_ = Tensor(Shape(sizes), values);
}

}  // namespace domino::layers
