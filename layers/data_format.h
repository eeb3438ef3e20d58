#pragma once

#include <string_view>

#include "domino/core/tensor.h"

namespace domino::layers {

/// True for "channels_first", (batch, features, steps); false for "channels_last". Throws
/// ValueError naming `layer` for another word.
bool is_channels_first(std::string_view layer, std::string_view data_format);

/// `x` with steps and features in each other's place: from one data format to the other.
Tensor turned(const Tensor& x);

}  // namespace domino::layers
