#include "domino/layers/regularization/noise.h"

#include "domino/core/check.h"

namespace domino::layers {

void check_rate(std::string_view layer, std::string_view option, double rate) {
  check<ValueError>(rate >= 0 && rate <= 1, "{}: {} is {}; expected a number from 0 to 1", layer,
                    option, rate);
}

}  // namespace domino::layers
