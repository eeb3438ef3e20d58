#include "domino/layers/partial_shape.h"

#include <cstdint>
#include <vector>

#include "domino/core/check.h"

namespace domino::layers {

Config PartialShape::to_config() const {
  if (!shape_) return {};
  Config::Array sizes;
  for (const std::int64_t size : *shape_) sizes.push_back(size == kAny ? Config() : Config(size));
  return sizes;
}

PartialShape PartialShape::from_config(const Config& config) {
  if (config.is_null()) return {};
  if (config.is_int()) return Shape{config.as_int()};
  std::vector<std::int64_t> sizes;
  for (const Config& size : config.as_array()) {
    sizes.push_back(size.is_null() ? kAny : size.as_int());
    check<ValueError>(sizes.back() > 0 || size.is_null(),
                      "a size of {}; expected 1 or more, or null", sizes.back());
  }
  return Shape(std::move(sizes));
}

}  // namespace domino::layers
