#include "tests/differential/plan_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "domino/graph/accidents.h"
#include "domino/io/load_model.h"

namespace domino::testing {
namespace {

std::string name_of_accident(const std::string& sentence) {
  for (const Accident& accident : accidents()) {
    if (accident.sentence == sentence) return std::string(accident.name);
  }
  if (sentence.starts_with(kTakesOffSentence)) return "attention takes masks off its inputs";
  return sentence;
}

bool any(const std::vector<MaskId>& masks) {
  return std::ranges::any_of(masks, [](MaskId mask) { return mask != kNoMaskId; });
}

/// Which inputs of a nested model are masked.
std::vector<bool> masked_inputs(const MaskPlan::Vertex& vertex) {
  std::vector<bool> masked;
  for (const MaskPlan::Given* given : {&vertex.attached, &vertex.passed}) {
    if (given->empty()) continue;
    masked.resize(std::max(masked.size(), given->front().size()));
    for (std::size_t i = 0; i < given->front().size(); ++i) {
      if (given->front()[i] != kNoMaskId) masked[i] = true;
    }
  }
  return masked;
}

std::string name_of_padding(const Dag& dag, const MaskPlan::Padding& padding, int vertex) {
  using Padding = MaskPlan::Padding;
  const std::string_view type = dag.layer(vertex).type();
  if (padding.kind == Padding::Kind::Packed) return fmt::format("packed: {}", type);
  switch (padding.seen_by) {
    case Padding::SeenBy::Output:
      return fmt::format("dense: {}, an output shows it", type);
    case Padding::SeenBy::TwoMasks:
      return fmt::format("dense: {}, two masks", type);
    case Padding::SeenBy::Nobody:
      return fmt::format("dense: {}, alone", type);
    case Padding::SeenBy::Call:
      break;
  }
  if (padding.seer == vertex) return fmt::format("dense: {}, it sees", type);
  return fmt::format("dense: {}, {} sees", type, dag.layer(padding.seer).type());
}

void count(const Model& model, const std::vector<bool>& masked, const UnseenOutputs& unseen,
           PlanCounts& counts) {
  const MaskPlan& plan = model.plan(masked, unseen);
  for (std::size_t i = 0; i < plan.vertices.size(); ++i) {
    const MaskPlan::Vertex& vertex = plan.vertices[i];
    const auto number = static_cast<int>(i);
    for (const std::string& sentence : vertex.accidents) {
      ++counts.accidents[name_of_accident(sentence)];
    }
    const auto* nested = dynamic_cast<const Model*>(&model.dag().layer(number));
    if (nested == nullptr) {
      const bool is_masked = vertex.padding.kind != MaskPlan::Padding::Kind::None;
      if (is_masked) ++counts.padding[name_of_padding(model.dag(), vertex.padding, number)];
      continue;
    }
    if (any(vertex.outputs)) ++counts.accidents["a nested model ends the symbolic mask"];
    count(*nested, masked_inputs(vertex), vertex.unseen, counts);
  }
}

}  // namespace

PlanCounts plan_counts(const SavedCase& saved) {
  const Model model = load_model(saved.model);
  std::set<std::vector<bool>> masked;
  for (const SavedBatch& batch : saved.batches) {
    std::vector<bool> inputs;
    for (const Tensor& input : batch.inputs) inputs.push_back(input.mask().has_value());
    masked.insert(inputs);
  }
  PlanCounts counts;
  const UnseenOutputs unseen(model.dag().outputs().size(), true);
  for (const auto& inputs : masked) count(model, inputs, unseen, counts);
  return counts;
}

}  // namespace domino::testing
