#pragma once

#include <vector>

#include "domino/backends/meta/trace.h"
#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// Finds out for each output of a model whether it depends on how far its sequences were padded behind
/// their ends with zeros, walking forward over how all values were made.
///
/// A value (batch, steps, ...) is *stable* if its kept steps do not change when padding is added. So are
/// the model's inputs of unknown length, and what ops make of them that treat steps alike, skip masked
/// ones, or look back only. Sequences are taken to hold a step at least and no zeros of their own.
///
/// `vertex_of_made` tells for each value that the trace saw by which vertex it was made.
std::vector<MaskPlan::LengthUse> find_length_use(const Dag& dag, const MaskPlan& plan,
                                                 const meta::Trace& trace,
                                                 const std::vector<int>& vertex_of_made);

}  // namespace domino
