#include "domino/io/rewired_tensors_internal.h"

#include "domino/core/error.h"
#include "domino/graph/invoke.h"
#include "domino/io/mask_wiring_internal.h"

namespace domino {

RewiredTensors::RewiredTensors(const Model& model, MaskRules rules, const InputMasks& inputs)
    : dag_(model.dag()), operations_(trace_) {
  follow_values(rules);
  if (rules == MaskRules::Intended) masks_.emplace(dag_, inputs);
  for (const Endpoint& input : dag_.inputs()) {
    const SymbolicTensor tensor(dag_.share(input.vertex), input.output);
    set(tensor, tensor, tensor);
  }
}

/// Runs every call on meta tensors, so that the trace knows how its masks are made.
void RewiredTensors::follow_values(MaskRules rules) {
  for (const int vertex : dag_.order()) {
    if (dag_.is_input(vertex)) continue;
    const CallNode& node = dag_.node(vertex);
    infer_wired_call(*node.layer, edge_facts(node.call), rules);
  }
}

RewiredTensors::Place RewiredTensors::place(const SymbolicTensor& tensor) {
  return {tensor.node().get(), tensor.index()};
}

SymbolicTensor RewiredTensors::now(const SymbolicTensor& before) {
  return before.is_mask() ? mask_of(SymbolicTensor(before.node(), before.index()))
                          : now_.at(place(before));
}

SymbolicTensor RewiredTensors::mask_of(const SymbolicTensor& before) {
  if (!masks_) return operations_.tensor(before.edge_facts().mask->value);
  const auto mask = masks_->fixed(before);
  return mask ? operations_.tensor(mask->value) : operations_.mask_on(now(before));
}

std::optional<SymbolicTensor> RewiredTensors::written_mask(const SymbolicTensor& before) {
  if (masks_) return mask_of(before);
  try {
    return operations_.tensor(now(before).edge_facts().mask->value);
  } catch (const BuildError&) {
    return std::nullopt;
  }
}

SymbolicTensor RewiredTensors::copy_of(const SymbolicTensor& before) {
  SymbolicTensor copy = copy_with_mask(now(before));
  before_.emplace(place(copy), before);
  return copy;
}

void RewiredTensors::set(const SymbolicTensor& before, const SymbolicTensor& computed,
                         const SymbolicTensor& after) {
  now_.emplace(place(before), after);
  before_.emplace(place(after), before);
  operations_.know(before.facts().value, computed);
  operations_.know(computed.facts().value, computed);
  for (int run = 0; masks_ && run < masks_->count(); ++run) {
    operations_.know(masks_->value(before, run), computed);
    if (const auto mask = masks_->mask(before, run)) operations_.know_carrier(mask->value, after);
  }
}

EdgeFacts RewiredTensors::facts(const SymbolicTensor& after, int run) const {
  EdgeFacts facts = after.edge_facts();
  if (const auto before = before_.find(place(after)); !after.is_mask() && before != before_.end()) {
    facts.mask = masks_->mask(before->second, run);
  }
  return facts;
}

}  // namespace domino
