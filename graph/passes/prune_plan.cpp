#include "domino/graph/passes/prune_plan_internal.h"

#include <algorithm>
#include <set>

namespace domino {
namespace {

class Pruning {
 public:
  Pruning(const Dag& dag, MaskPlan& plan)
      : dag_(dag), plan_(plan), needed_(plan.masks.size(), false) {}
  void run(const std::vector<MaskId>& packing_masks);

 private:
  bool is_needed(MaskId id) const { return needed_[static_cast<std::size_t>(id)]; }
  void need(const std::vector<MaskId>& ids);
  void need(const MaskPlan::Given& given);
  void prune(int vertex);
  void skip_unread();

  const Dag& dag_;
  MaskPlan& plan_;
  std::vector<bool> needed_;  // by mask
};

void Pruning::need(const std::vector<MaskId>& ids) {
  for (const MaskId id : ids) {
    if (id != kNoMaskId) needed_[static_cast<std::size_t>(id)] = true;
  }
}

void Pruning::need(const MaskPlan::Given& given) {
  for (const std::vector<MaskId>& ids : given) need(ids);
}

void Pruning::run(const std::vector<MaskId>& packing_masks) {
  need(plan_.output_masks);
  need(packing_masks);
  for (auto it = dag_.order().rbegin(); it != dag_.order().rend(); ++it) prune(*it);
  skip_unread();
}

void Pruning::prune(int vertex) {
  MaskPlan::Vertex& planned = plan_.vertices[static_cast<std::size_t>(vertex)];
  const auto forget = [&](MaskId& id) {
    if (id != kNoMaskId && !is_needed(id)) id = kNoMaskId;
  };
  for (MaskPlan::Evaluation& evaluation : planned.evaluations) {
    std::ranges::for_each(evaluation.outputs, forget);
  }
  need(planned.passed);
  // Packing costs something, so it is for those who use the mask.
  for (auto& argument : planned.packed) {
    for (MaskPlan::Packing& packing : argument) {
      const auto is_used = [&](MaskId id) { return is_needed(id); };
      if (!std::ranges::all_of(packing.masks, is_used)) packing.masks.clear();
    }
  }
  std::erase_if(planned.evaluations, [](const MaskPlan::Evaluation& evaluation) {
    return std::ranges::all_of(evaluation.outputs, [](MaskId id) { return id == kNoMaskId; });
  });
  for (const MaskPlan::Evaluation& evaluation : planned.evaluations) {
    need(evaluation.attached);
    need(evaluation.passed);
    need(evaluation.previous);
  }
  // A function reads no masks.
  if (!dag_.layer(vertex).is_operation()) need(planned.attached);
}

/// A function that only makes a mask which the plan has from a layer need not run.
void Pruning::skip_unread() {
  std::set<int> read;
  for (const Endpoint& output : dag_.outputs()) read.insert(output.vertex);
  for (const auto& [from, mask] : plan_.values) {
    if (is_needed(mask)) read.insert(from.vertex);
  }
  for (auto it = dag_.order().rbegin(); it != dag_.order().rend(); ++it) {
    const bool runs = !dag_.layer(*it).is_operation() || read.contains(*it);
    plan_.vertices[static_cast<std::size_t>(*it)].runs = runs;
    if (!runs) continue;
    for (const InputEdge& edge : dag_.in_edges(*it)) {
      if (edge.parameter >= 0 && !edge.from.is_mask) read.insert(edge.from.vertex);
    }
  }
}

}  // namespace

void prune_plan(const Dag& dag, MaskPlan& plan, const std::vector<MaskId>& packing_masks) {
  Pruning(dag, plan).run(packing_masks);
}

}  // namespace domino
