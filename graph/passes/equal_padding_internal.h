#pragma once

#include "domino/backends/meta/trace.h"
#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// Plans to pack the inputs of a vertex whose masked places are known to hold the same numbers, since
/// compute_mask makes the mask by comparing the input with them: `x != 0`, as Embedding does of ids, or
/// `any(x != value, -1)`, as Masking does. That mask is computed before the call.
///
/// `trace` has seen the call, and how the mask was made.
void pack_equal_padding(MaskPlan& plan, int vertex, const Call<EdgeFacts>& call,
                        const meta::Trace& trace);

}  // namespace domino
