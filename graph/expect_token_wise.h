#pragma once

#include "domino/core/shape.h"
#include "domino/graph/layer.h"

namespace domino::testing {

/// For tests of layers: checks that a layer on one tensor (batch, steps, ...) treats all steps alike, so
/// that it is not computed for padding. `step` is the shape of what follows the steps, as {features}.
///
/// Nothing has to be declared: a layer is token-wise if all ops of its `call` are. Throws ValueError if
/// it computes every step of a packed tensor, or computes other numbers for it.
void expect_token_wise(const Layer& layer, const Shape& step);

}  // namespace domino::testing
