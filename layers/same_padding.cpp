#include "domino/layers/same_padding.h"

#include <algorithm>

#include "domino/core/check.h"

namespace domino::layers {

bool is_same(std::string_view layer, std::string_view padding) {
  check<ValueError>(padding == "valid" || padding == "same",
                    "{}: padding is '{}'; expected 'valid' or 'same'", layer, padding);
  return padding == "same";
}

StepPadding same_padding(std::int64_t steps, std::int64_t width, std::int64_t stride) {
  const std::int64_t windows = (steps + stride - 1) / stride;
  const std::int64_t added = std::max<std::int64_t>((windows - 1) * stride + width - steps, 0);
  return {.before = added / 2, .after = added - added / 2};
}

}  // namespace domino::layers
