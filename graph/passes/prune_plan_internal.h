#pragma once

#include <vector>

#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// Drops from the plan what nobody reads, walking back from the outputs: masks that are computed,
/// packing by such masks, and functions that only make a mask which the plan has from a layer.
///
/// `packing_masks` are needed though no call takes them, since inputs are packed by them.
void prune_plan(const Dag& dag, MaskPlan& plan, const std::vector<MaskId>& packing_masks);

}  // namespace domino
