#pragma once

#include <string_view>

namespace domino::layers {

/// True for "channels_first", (batch, features, steps); false for "channels_last". Throws
/// ValueError naming `layer` for another word.
bool is_channels_first(std::string_view layer, std::string_view data_format);

}  // namespace domino::layers
