#pragma once

#include <string>

#include "domino/graph/model.h"
#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// The text of `Model::summary()`.
std::string summary_table(const Model& model, const std::vector<bool>& masked);

/// The text of `Model::report()`.
std::string mask_report(const Model& model, const std::vector<bool>& masked);

/// One lost mask: where it was lost, why, and which calls behind would have used it.
std::string describe_loss(const Dag& dag, const MaskPlan& plan, const MaskFact& fact);

}  // namespace domino
