#pragma once

#include <vector>

#include "domino/graph/passes/find_free_padding_internal.h"
#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// Plans that inputs of calls are packed by a mask if nobody sees what that hides,
/// and which nested models have outputs of which that holds.
///
/// Returns masks that are needed for it though no call takes them: tensors of the graph that hide steps
/// as masks do, which join the plan's masks here.
std::vector<MaskId> pack_unseen_padding(const Dag& dag, MaskPlan& plan, const FreePadding& free);

}  // namespace domino
