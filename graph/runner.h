#pragma once

#include "domino/graph/dag.h"
#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// Runs a planned graph forward on the current backend. A tensor is released after its last reader.
///
/// `inputs` carry the masks that the plan was made for; the results carry theirs. Errors leave with
/// the failing layer's name and input shapes in front.
Tensors run_graph(const Dag& dag, const MaskPlan& plan, const Tensors& inputs, MaskRules rules);

}  // namespace domino
