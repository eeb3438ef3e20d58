#pragma once

#include <functional>
#include <string>

#include "domino/graph/layer.h"

namespace domino {

/// Visits a layer and all in it, each once, with its path: empty, or ending with a slash.
void walk_layers(const Layer& layer,
                 const std::function<void(const Layer& inner, const std::string& path)>& visit);

}  // namespace domino
