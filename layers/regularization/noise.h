#pragma once

#include <string_view>

namespace domino::layers {

/// Throws ValueError, naming `layer` and `option`, unless `rate` lies between 0 and 1.
void check_rate(std::string_view layer, std::string_view option, double rate);

}  // namespace domino::layers
