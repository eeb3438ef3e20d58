#pragma once

#include <cstdint>
#include <string_view>

#include "domino/core/shape.h"

namespace domino::layers {

/// Throws ShapeError unless `shape` is one of sequences: (batch, steps, features).
void check_sequences(const Shape& shape);

/// For a layer with weights: throws ShapeError unless `axis` of its input has the `built` entries that
/// the weights are made for. `what` names the part of the layer, as in "its query_dense ".
void check_built_for(std::int64_t built, const Shape& input, int axis, std::string_view what = "");

}  // namespace domino::layers
