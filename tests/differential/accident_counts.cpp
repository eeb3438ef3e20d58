#include "tests/differential/accident_counts.h"

#include <algorithm>
#include <set>

#include "domino/graph/accidents.h"
#include "domino/io/load_model.h"

namespace domino::testing {
namespace {

using Counts = std::map<std::string, int>;

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

void count(const Model& model, const std::vector<bool>& masked, Counts& counts) {
  const MaskPlan& plan = model.plan(masked);
  for (std::size_t i = 0; i < plan.vertices.size(); ++i) {
    const MaskPlan::Vertex& vertex = plan.vertices[i];
    for (const std::string& sentence : vertex.accidents) ++counts[name_of_accident(sentence)];
    const auto* nested = dynamic_cast<const Model*>(&model.dag().layer(static_cast<int>(i)));
    if (nested == nullptr) continue;
    if (any(vertex.outputs)) ++counts["a nested model ends the symbolic mask"];
    count(*nested, masked_inputs(vertex), counts);
  }
}

}  // namespace

Counts accident_counts(const SavedCase& saved) {
  const Model model = load_model(saved.model);
  std::set<std::vector<bool>> masked;
  for (const SavedBatch& batch : saved.batches) {
    std::vector<bool> inputs;
    for (const Tensor& input : batch.inputs) inputs.push_back(input.mask().has_value());
    masked.insert(inputs);
  }
  Counts counts;
  for (const auto& inputs : masked) count(model, inputs, counts);
  return counts;
}

}  // namespace domino::testing
