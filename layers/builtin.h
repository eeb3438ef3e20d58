#pragma once

#include "domino/graph/layer.h"

namespace domino::layers {

/// True for the layers that Domino brings, whatever a layer of yours calls itself; generated from
/// layers/CMakeLists.txt.
bool is_builtin(const Layer& layer);

}  // namespace domino::layers
