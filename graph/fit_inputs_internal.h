#pragma once

#include "domino/core/tensor.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/model.h"

namespace domino {

/// The inputs as the model's graph takes them: checked against its Inputs, in their dtypes.
///
/// A Sequential takes any sizes, as in Keras: they may be those of the first batch that it saw. Under
/// Keras' rules all that Keras lets pass: any batch, a last axis of one too many or too few, fractions
/// cut off (keras/src/models/functional.py, _adjust_input_rank).
/// Throws ValueError for a wrong count, ShapeError, DTypeError.
Tensors fit_inputs(const Model& model, const Tensors& inputs, MaskRules rules);

}  // namespace domino
