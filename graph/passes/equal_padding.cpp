#include "domino/graph/passes/equal_padding_internal.h"

#include <algorithm>

namespace domino {
namespace {

/// Whether `compared` is `x != value` with one value for all places of the first `places` axes.
bool compares_with_value(const meta::Trace::Step& compared, const ValueNumber& x, int places) {
  const auto* binary = std::get_if<op::Binary>(&compared.operation);
  if (binary == nullptr || binary->kind != op::BinaryKind::NotEqual) return false;
  const auto is_one_value = [&](const Tensor& value) {
    for (int axis = 0; axis < places - (compared.shape.rank() - value.rank()); ++axis) {
      if (value.size(axis) != 1) return false;
    }
    return true;
  };
  const Tensor& a = compared.inputs[0];
  const Tensor& b = compared.inputs[1];
  return (a.value_number() == x && is_one_value(b)) || (b.value_number() == x && is_one_value(a));
}

/// Whether `x` holds the same numbers at all places that `mask` skips.
bool is_equal_where_masked(const ValueNumber& x, const ValueNumber& mask,
                           const meta::Trace& trace) {
  const meta::Trace::Step* made = trace.find(mask);
  if (made == nullptr) return false;
  const int places = made->shape.rank();
  const auto* reduced = std::get_if<op::Reduce>(&made->operation);
  if (reduced == nullptr) return compares_with_value(*made, x, places);
  const bool of_features =
      reduced->kind == op::ReduceKind::Any && !reduced->keepdims &&
      std::ranges::all_of(reduced->axes, [&](int axis) { return axis >= places; });
  const meta::Trace::Step* compared = trace.find(made->inputs[0].value_number());
  return of_features && compared != nullptr && compares_with_value(*compared, x, places);
}

}  // namespace

void pack_equal_padding(MaskPlan& plan, int vertex, const Call<EdgeFacts>& call,
                        const meta::Trace& trace) {
  MaskPlan::Vertex& planned = plan.vertices[static_cast<std::size_t>(vertex)];
  const auto equal_under = [&](const ValueNumber& x) {
    for (MaskPlan::Evaluation& evaluation : planned.evaluations) {
      for (const MaskId id : evaluation.outputs) {
        if (evaluation.by_call || id == kNoMaskId) continue;
        const ValueNumber& mask = plan.masks[static_cast<std::size_t>(id)].value;
        if (!is_equal_where_masked(x, mask, trace)) continue;
        evaluation.before_call = true;
        return std::vector{id};
      }
    }
    return std::vector<MaskId>();
  };
  for (const auto& argument : call.arguments) {
    auto& packed = planned.packed.emplace_back();
    for (const EdgeFacts& input : argument) packed.push_back({equal_under(input.value)});
  }
}

}  // namespace domino
