#pragma once

#include <string>
#include <vector>

#include "domino/graph/model.h"
#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// The text of `Model::summary()`.
std::string summary_table(const Model& model, const std::vector<bool>& masked);

/// The text of `Model::report()`.
std::string mask_report(const Model& model, const std::vector<bool>& masked,
                        const UnseenOutputs& unseen);

/// What happens to masks in one call, as the tables say it: "used -> passed", "dropped", "-> made".
std::string mask_words(const Dag& dag, const MaskPlan& plan, int vertex);

/// Whether a call computes what a mask of its inputs hides, and for whom: "packed", or "dense: Conv1D 'c'
/// sees what the mask hides". Empty where no mask of steps comes in.
std::string padding_words(const Dag& dag, const MaskPlan& plan, int vertex);

/// Whether `predict` of sequences of different lengths batches them by length, and why it does not. Empty
/// for a model that takes no such sequences.
std::string batching_words(const Dag& dag, const MaskPlan& plan);

/// The calls that compute on the host whatever the device, and by which ops: "TextVectorization 'words'
/// (tokenize, lookup)". Empty where none does.
std::string host_words(const Dag& dag, const MaskPlan& plan);

/// The call that made the mask of an edge: where one and the same mask is made twice, the one on the way
/// to this edge.
int maker_of(const MaskPlan& plan, const MaskFact& fact);

/// Whether tables and pictures show a call: not that of a function by which a file computes once more a
/// mask that a layer makes anyway (`NotEqual`, ...).
bool is_shown(const MaskPlan& plan, int vertex);

/// The edges where a mask is lost, in the order in which the calls run: some call would have used the
/// mask, and runs unmasked.
std::vector<const MaskFact*> lost_masks(const Dag& dag, const MaskPlan& plan);

/// The edges where a layer that does not support masking ends a mask that nobody would have used.
std::vector<const MaskFact*> ended_masks(const Dag& dag, const MaskPlan& plan);

/// One lost or ended mask: where, why, and which calls would have used it.
std::string describe_loss(const Dag& dag, const MaskPlan& plan, const MaskFact& fact);

/// A model inside another, or inside a layer of it, by the rules of the outer one.
struct NestedModel {
  /// Its call in the outer model, or that of the layer around it; the first of those that bring the
  /// same masks.
  int vertex = 0;
  Model model;
  std::vector<bool> masked;  ///< per input, whether the call brings a mask
  UnseenOutputs unseen;      ///< per output, whether nobody sees what its mask hides
};
/// Those of `model` under the plan that these make (Model::plan).
std::vector<NestedModel> nested_models(const Model& model, const std::vector<bool>& masked,
                                       const UnseenOutputs& unseen = {});

}  // namespace domino
