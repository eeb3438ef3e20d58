#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "domino/graph/layer.h"

namespace domino {

/// The arguments that a call of the layer takes in Keras, in order, as far as they can be tensors:
/// "query", "value", "key", "query_mask", ...
std::vector<std::string_view> places_in_keras(const Layer& layer);

/// In which order Keras meets the arguments of a call: `by_place` stand without their names, the others
/// follow by their names. The order of a graph's layers depends on it, and with it the names in weight
/// files (keras/src/ops/symbolic_arguments.py).
std::vector<std::string_view> order_in_keras(const Layer& layer, std::size_t by_place);

/// Whether the argument is among those without their names.
bool stands_by_place(const Layer& layer, std::size_t by_place, std::string_view name);

}  // namespace domino
