#include "domino/io/run_time_masks_internal.h"

#include <algorithm>
#include <utility>

#include "domino/core/error.h"
#include "domino/graph/model_graph_internal.h"

namespace domino {
namespace {

EdgeFacts input_facts(const Dag& dag, std::size_t input, bool masked) {
  EdgeFacts facts = dag.node(dag.inputs()[input].vertex).outputs[0];
  facts.mask.reset();
  return masked ? masked_input(facts, usual_form(facts.shape)) : facts;
}

bool is_same(const Endpoint& a, const Endpoint& b) {
  return a.vertex == b.vertex && a.output == b.output;
}

/// Whether the call names the mask of an output by hand.
bool names_mask(const CallNode& call, const Endpoint& of, const CallNode* from) {
  const auto is_it = [&](const SymbolicTensor& t) {
    return t.is_mask() && t.node().get() == from && t.index() == of.output;
  };
  const auto is_given = [&](const MaskArgument<SymbolicTensor>& argument) {
    return std::ranges::any_of(argument.masks(), [&](const auto& m) { return m && is_it(*m); });
  };
  return std::ranges::any_of(call.call.masks, is_given) ||
         std::ranges::any_of(call.call.arguments, [&](const SymbolicTensors& tensors) {
           return std::ranges::any_of(tensors, is_it);
         });
}

}  // namespace

RunTimeMasks::RunTimeMasks(const Dag& dag, const InputMasks& inputs) : dag_(dag) {
  follow(inputs.always);
  std::vector<std::size_t> sometimes;
  for (std::size_t i = 0; i < inputs.may.size(); ++i) {
    if (inputs.may[i] && !inputs.always[i]) sometimes.push_back(i);
  }
  for (const std::size_t i : sometimes) {
    std::vector<bool> one = inputs.always;
    one[i] = true;
    follow(one);
  }
  if (sometimes.size() > 1) follow(inputs.may);
}

void RunTimeMasks::follow(const std::vector<bool>& masked) {
  std::vector<EdgeFacts> inputs;
  for (std::size_t i = 0; i < masked.size(); ++i) inputs.push_back(input_facts(dag_, i, masked[i]));
  try {
    plans_.push_back(propagate_masks(dag_, inputs, MaskRules::Intended));
  } catch (const Error&) {
    if (plans_.empty()) throw;
  }
}

std::optional<ValueFacts> RunTimeMasks::mask(const SymbolicTensor& tensor, int run) const {
  const Endpoint from = dag_.endpoint(tensor);
  const MaskPlan& plan = plans_[static_cast<std::size_t>(run)];
  const MaskId id = plan.vertices[static_cast<std::size_t>(from.vertex)]
                        .outputs[static_cast<std::size_t>(from.output)];
  if (from.is_mask || id == kNoMaskId) return std::nullopt;
  const MaskOrigin& origin = plan.masks[static_cast<std::size_t>(id)];
  return ValueFacts{origin.shape, origin.dtype, origin.value};
}

bool RunTimeMasks::may_carry(const SymbolicTensor& tensor) const {
  for (int run = 0; run < count(); ++run) {
    if (mask(tensor, run)) return true;
  }
  return false;
}

bool RunTimeMasks::always_carries(const SymbolicTensor& tensor) const {
  for (int run = 0; run < count(); ++run) {
    if (!mask(tensor, run)) return false;
  }
  return true;
}

std::optional<ValueFacts> RunTimeMasks::fixed(const SymbolicTensor& tensor) const {
  auto first = mask(tensor, 0);
  for (int run = 1; first && run < count(); ++run) {
    const auto other = mask(tensor, run);
    if (!other || other->value != first->value) return std::nullopt;
  }
  return first;
}

bool RunTimeMasks::same(const SymbolicTensor& a, const SymbolicTensor& b) const {
  for (int run = 0; run < count(); ++run) {
    const auto one = mask(a, run);
    const auto other = mask(b, run);
    if (one.has_value() != other.has_value()) return false;
    if (one && one->value != other->value) return false;
  }
  return true;
}

ValueNumber RunTimeMasks::value(const SymbolicTensor& tensor, int run) const {
  const Endpoint from = dag_.endpoint(tensor);
  if (dag_.is_input(from.vertex)) return tensor.facts().value;
  const MaskPlan& plan = plans_[static_cast<std::size_t>(run)];
  return plan.vertices[static_cast<std::size_t>(from.vertex)]
      .values[static_cast<std::size_t>(from.output)];
}

/// Whether the call is given the mask of an output.
bool RunTimeMasks::is_used_by(int vertex, const Endpoint& from) const {
  if (names_mask(dag_.node(vertex), from, dag_.share(from.vertex).get())) return true;
  const auto& arguments = dag_.arguments(vertex);
  for (const MaskPlan& plan : plans_) {
    const MaskPlan::Given& passed = plan.vertices[static_cast<std::size_t>(vertex)].passed;
    for (std::size_t p = 0; p < arguments.size(); ++p) {
      for (std::size_t i = 0; i < arguments[p].size(); ++i) {
        if (is_same(arguments[p][i], from) && passed[p][i] != kNoMaskId) return true;
      }
    }
  }
  return false;
}

bool RunTimeMasks::matters(const SymbolicTensor& tensor) const {
  std::vector<Endpoint> carriers = {dag_.endpoint(tensor)};
  for (std::size_t next = 0; next < carriers.size(); ++next) {
    const Endpoint from = carriers[next];
    const auto is_from = [&](const Endpoint& other) { return is_same(other, from); };
    if (std::ranges::any_of(dag_.outputs(), is_from)) return true;
    for (const int reader : dag_.readers(from.vertex)) {
      if (is_used_by(reader, from)) return true;
      add_carriers(reader, carriers);
    }
  }
  return false;
}

/// Those of the call's outputs that may carry a mask, if they are not among them.
void RunTimeMasks::add_carriers(int vertex, std::vector<Endpoint>& carriers) const {
  for (int i = 0; i < static_cast<int>(dag_.node(vertex).outputs.size()); ++i) {
    const Endpoint output{vertex, i};
    const bool known = std::ranges::any_of(
        carriers, [&](const Endpoint& other) { return is_same(other, output); });
    if (!known && may_carry(SymbolicTensor(dag_.share(vertex), i))) carriers.push_back(output);
  }
}

InputMasks RunTimeMasks::of_inner(const Layer& model) const {
  InputMasks inputs;
  for (const int vertex : dag_.order()) {
    if (dag_.is_input(vertex) || dag_.layer(vertex).identity() != model.identity()) continue;
    for (const MaskPlan& plan : plans_) {
      const std::vector<MaskId>& given = plan.vertices[static_cast<std::size_t>(vertex)].passed[0];
      inputs.may.resize(given.size(), false);
      inputs.always.resize(given.size(), true);
      for (std::size_t i = 0; i < given.size(); ++i) {
        if (given[i] == kNoMaskId) inputs.always[i] = false;
        if (given[i] != kNoMaskId) inputs.may[i] = true;
      }
    }
  }
  return inputs;
}

}  // namespace domino
