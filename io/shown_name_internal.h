#pragma once

#include <string>
#include <string_view>

namespace domino {

/// A name from a file as messages show it: cut if long, without control characters.
std::string shown_name(std::string_view name);

}  // namespace domino
