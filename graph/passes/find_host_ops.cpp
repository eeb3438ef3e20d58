#include "domino/graph/passes/find_host_ops_internal.h"

#include <algorithm>
#include <set>

#include "domino/backends/backend.h"

namespace domino {
namespace {

/// The tensors and masks that a call is given.
std::set<ValueNumber> given_to(const MaskPlan& plan, const MaskPlan::Vertex& planned) {
  std::set<ValueNumber> values;
  for (const auto& argument : planned.reads) values.insert(argument.begin(), argument.end());
  for (const MaskPlan::Given& masks : {planned.attached, planned.passed}) {
    for (const std::vector<MaskId>& of_argument : masks) {
      for (const MaskId mask : of_argument) {
        if (mask != kNoMaskId) values.insert(plan.masks[static_cast<std::size_t>(mask)].value);
      }
    }
  }
  return values;
}

/// The tensors and masks that it makes.
std::vector<ValueNumber> made_by(const MaskPlan& plan, int vertex) {
  std::vector<ValueNumber> values = plan.vertices[static_cast<std::size_t>(vertex)].values;
  for (const MaskOrigin& mask : plan.masks) {
    if (mask.vertex == vertex) values.push_back(mask.value);
  }
  return values;
}

/// The names of host ops between the two, each once, in the order in which they run.
std::vector<std::string> host_ops(std::vector<ValueNumber> made, std::set<ValueNumber> known,
                                  const meta::Trace& trace) {
  std::vector<std::string> names;
  while (!made.empty()) {
    const ValueNumber value = made.back();
    made.pop_back();
    const meta::Trace::Step* step = known.insert(value).second ? trace.find(value) : nullptr;
    if (step == nullptr) continue;
    if (!step->is_view && runs_on_host(step->operation, step->inputs)) {
      const std::string name(op::name_of(step->operation));
      std::erase(names, name);
      names.insert(names.begin(), name);
    }
    for (const Tensor& x : step->inputs) {
      if (x.defined() && x.is_meta()) made.push_back(x.value_number());
    }
  }
  return names;
}

}  // namespace

void find_host_ops(MaskPlan& plan, const meta::Trace& trace) {
  for (int vertex = 0; vertex < static_cast<int>(plan.vertices.size()); ++vertex) {
    MaskPlan::Vertex& planned = plan.vertices[static_cast<std::size_t>(vertex)];
    planned.on_host = host_ops(made_by(plan, vertex), given_to(plan, planned), trace);
  }
}

}  // namespace domino
