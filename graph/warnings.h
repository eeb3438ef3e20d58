#pragma once

#include <functional>
#include <string>

namespace domino {

/// Hears the warnings: masks destroyed or dropped. The default writes one line to stderr.
using WarningSink = std::function<void(const std::string& text)>;

/// Replaces the process' sink and returns the one before; an empty one restores the default.
WarningSink set_warning_sink(WarningSink sink);

void warn(const std::string& text);

}  // namespace domino
