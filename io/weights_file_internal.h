#pragma once

#include <filesystem>
#include <string_view>

#include "domino/graph/layer.h"

namespace domino {

/// What `load_weights` and `save_weights` ask first: a built layer, a format they know. Throws
/// BuildError or IoError.
void check_weights_file(const Layer& layer, const std::filesystem::path& file,
                        std::string_view function);

}  // namespace domino
