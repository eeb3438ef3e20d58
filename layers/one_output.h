#pragma once

#include <string_view>

#include "domino/graph/layer.h"

namespace domino::layers {

/// For the operator() of a layer that may give several outputs: throws BuildError, telling of
/// `outputs()`, unless `reason`, the option that makes it give them, is empty.
void check_one_output(const Layer& layer, std::string_view reason);

}  // namespace domino::layers
