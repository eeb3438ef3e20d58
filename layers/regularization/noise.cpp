#include "domino/layers/regularization/noise.h"

#include <cstdint>
#include <vector>

#include "domino/core/check.h"

namespace domino::layers {

Config NoiseShape::to_config() const {
  if (!shape_) return {};
  Config::Array sizes;
  for (const std::int64_t size : *shape_) sizes.push_back(size == kAny ? Config() : Config(size));
  return sizes;
}

NoiseShape NoiseShape::from_config(const Config& config) {
  if (config.is_null()) return {};
  std::vector<std::int64_t> sizes;
  for (const Config& size : config.as_array()) {
    sizes.push_back(size.is_null() ? kAny : size.as_int());
    check<ValueError>(sizes.back() > 0 || size.is_null(),
                      "a size of {}; expected 1 or more, or null", sizes.back());
  }
  return Shape(std::move(sizes));
}

void check_rate(std::string_view layer, std::string_view option, double rate) {
  check<ValueError>(rate >= 0 && rate <= 1, "{}: {} is {}; expected a number from 0 to 1", layer,
                    option, rate);
}

}  // namespace domino::layers
