#pragma once

#include <vector>

#include "domino/backends/meta/trace.h"
#include "domino/graph/passes/find_free_padding_internal.h"
#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// Says for each call to which a mask of steps comes whether it computes what that hides, and for whom
/// (MaskPlan::Vertex::padding), following over all ops which values the runner keeps packed.
///
/// `vertex_of_made` tells for each value that the trace saw by which vertex it was made.
void explain_packing(const Dag& dag, MaskPlan& plan, const meta::Trace& trace,
                     const std::vector<int>& vertex_of_made, const FreePadding& free);

}  // namespace domino
