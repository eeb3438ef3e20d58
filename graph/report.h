#pragma once

#include <string>
#include <vector>

#include "domino/graph/model.h"
#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// The text of `Model::summary()`.
std::string summary_table(const Model& model, const std::vector<bool>& masked);

/// The text of `Model::report()`.
std::string mask_report(const Model& model, const std::vector<bool>& masked);

/// What happens to masks in one call, as the tables say it: "used -> passed", "dropped", "-> made".
std::string mask_words(const Dag& dag, const MaskPlan& plan, int vertex);

/// The call that made the mask of an edge: where one and the same mask is made twice, the one on the way
/// to this edge.
int maker_of(const MaskPlan& plan, const MaskFact& fact);

/// The edges where a mask is lost, in the order in which the calls run: wherever a layer does not
/// support masking, else only if some call would have used the mask.
std::vector<const MaskFact*> lost_masks(const Dag& dag, const MaskPlan& plan);

/// One lost mask: where it was lost, why, and which calls would have used it.
std::string describe_loss(const Dag& dag, const MaskPlan& plan, const MaskFact& fact);

/// A model inside another, by the rules of the outer one.
struct NestedModel {
  int vertex = 0;  ///< its call in the outer model; the first of those that bring the same masks
  Model model;
  std::vector<bool> masked;  ///< per input, whether the call brings a mask
};
std::vector<NestedModel> nested_models(const Model& model, const std::vector<bool>& masked);

}  // namespace domino
