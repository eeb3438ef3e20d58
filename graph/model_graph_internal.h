#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "domino/graph/dag.h"
#include "domino/graph/model.h"
#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// The form of a mask: its sizes, in those of its Input, and its dtype.
using MaskForm = std::pair<std::vector<std::int64_t>, DType>;
/// Per input, the form of the mask that it carries; none without a mask.
using MaskForms = std::vector<std::optional<MaskForm>>;

/// The form that the masks of such an input mostly have: bool (batch, steps).
MaskForm usual_form(const Shape& input);
/// The input with a mask of this form, which counts as data, not as made by a layer.
EdgeFacts masked_input(EdgeFacts input, const MaskForm& form);

/// What a plan depends on.
struct InputForms {
  MaskForms masks;
  std::vector<std::size_t> objects;  ///< per input, the first that is one object with it

  bool operator<(const InputForms& other) const {
    return std::tie(masks, objects) < std::tie(other.masks, other.objects);
  }
};

/// What the copies of a model share.
struct Model::Graph {
  std::string_view type;  ///< "Functional" or "Sequential"
  MaskRules rules = MaskRules::Intended;
  std::vector<LayerHandle> row;  ///< the layers of a Sequential, from which its first call wires it
  std::recursive_mutex wiring;
  std::atomic<bool> ready = false;  ///< whether there is a dag
  std::optional<Dag> dag;
  std::mutex planning;
  using PlanKey = std::tuple<MaskRules, InputForms, UnseenOutputs>;
  std::map<PlanKey, MaskPlan> plans;

  /// The plan for such inputs, made when first asked for; then warns of the masks that are lost.
  const MaskPlan& plan_for(const InputForms& inputs, MaskRules under, const UnseenOutputs& unseen);
};

}  // namespace domino
