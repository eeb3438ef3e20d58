#include "domino/graph/passes/pack_padding_internal.h"

#include <algorithm>
#include <map>

namespace domino {
namespace {

/// Tensors of the graph that serve as masks without being given as one.
std::vector<MaskId> number_graph_masks(const Dag& dag, MaskPlan& plan,
                                       const std::vector<ValueNumber>& masks) {
  std::map<ValueNumber, Endpoint> made_at;
  for (const int vertex : dag.order()) {
    int output = 0;
    for (const ValueNumber& value : plan.vertices[static_cast<std::size_t>(vertex)].values) {
      made_at.try_emplace(value, Endpoint{vertex, output++, false});
    }
  }
  std::vector<MaskId> ids;
  for (const ValueNumber& value : masks) {
    const Endpoint& from = made_at.at(value);
    const EdgeFacts& made = dag.node(from.vertex).outputs[static_cast<std::size_t>(from.output)];
    ids.push_back(static_cast<MaskId>(plan.masks.size()));
    plan.masks.push_back({from.vertex, std::nullopt, made.shape, made.dtype, value});
    plan.values.emplace_back(from, ids.back());
  }
  return ids;
}

/// What is seen of a value if nobody sees more than masks keep; else null.
const Visible* kept_of(const FreePadding& free, const ValueNumber& value) {
  const auto found = free.visible.find(value);
  const bool is_kept = found != free.visible.end() && found->second.part == Visible::Part::Kept;
  return is_kept ? &found->second : nullptr;
}

/// A mask that the call's own compute_mask makes is computed before the call; false if the call hangs it.
bool is_made_before(MaskPlan::Vertex& planned, MaskId mask) {
  if (std::ranges::find(planned.hung, mask) != planned.hung.end()) return false;
  for (MaskPlan::Evaluation& evaluation : planned.evaluations) {
    if (std::ranges::find(evaluation.outputs, mask) == evaluation.outputs.end()) continue;
    if (evaluation.by_call) return false;
    evaluation.before_call = true;
  }
  return true;
}

/// Packs by masks that are there when a call runs.
class Packer {
 public:
  Packer(const Dag& dag, MaskPlan& plan, const FreePadding& free) : plan_(plan), free_(free) {
    for (const int vertex : dag.order()) places_.emplace(vertex, places_.size());
  }
  void pack_inputs(int vertex);

 private:
  bool is_there_before(int vertex, MaskId mask);

  MaskPlan& plan_;
  const FreePadding& free_;
  std::map<int, std::size_t> places_;  // in the order in which vertices run
};

bool Packer::is_there_before(int vertex, MaskId mask) {
  const int origin = plan_.masks[static_cast<std::size_t>(mask)].vertex;
  if (places_.at(origin) > places_.at(vertex)) return false;
  return is_made_before(plan_.vertices[static_cast<std::size_t>(vertex)], mask);
}

void Packer::pack_inputs(int vertex) {
  MaskPlan::Vertex& planned = plan_.vertices[static_cast<std::size_t>(vertex)];
  for (std::size_t p = 0; p < planned.packed.size(); ++p) {
    for (std::size_t i = 0; i < planned.packed[p].size(); ++i) {
      MaskPlan::Packing& packing = planned.packed[p][i];
      const Visible* kept = kept_of(free_, planned.reads[p][i]);
      if (!packing.masks.empty() || kept == nullptr) continue;
      const auto is_there = [&](MaskId mask) { return is_there_before(vertex, mask); };
      if (std::ranges::all_of(kept->masks, is_there))
        packing = {kept->masks, kept->of_empty ? Masked::UnseenUnlessEmpty : Masked::Unseen};
    }
  }
}

/// A nested model need not give what the mask of its own output hides.
void find_unseen_outputs(MaskPlan::Vertex& planned, const FreePadding& free) {
  for (std::size_t i = 0; i < planned.values.size(); ++i) {
    const Visible* kept = kept_of(free, planned.values[i]);
    planned.unseen.push_back(kept != nullptr && !kept->of_empty &&
                             kept->is_kept_by(planned.outputs[i]));
  }
}

}  // namespace

std::vector<MaskId> pack_unseen_padding(const Dag& dag, MaskPlan& plan, const FreePadding& free) {
  std::vector<MaskId> masks = number_graph_masks(dag, plan, free.further_masks);
  Packer packer(dag, plan, free);
  for (const int vertex : dag.order()) {
    if (dag.is_input(vertex)) continue;
    MaskPlan::Vertex& planned = plan.vertices[static_cast<std::size_t>(vertex)];
    packer.pack_inputs(vertex);
    if (dag.layer(vertex).is_model()) find_unseen_outputs(planned, free);
  }
  return masks;
}

}  // namespace domino
