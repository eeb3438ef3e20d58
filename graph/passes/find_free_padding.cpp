#include "domino/graph/passes/find_free_padding_internal.h"

#include <algorithm>
#include <set>

#include "domino/backends/packed_ops_internal.h"

namespace domino {
namespace {

using Step = meta::Trace::Step;
using Part = Visible::Part;

constexpr Visible kAll{Part::All};

Visible joined(const Visible& a, const Visible& b) {
  if (a.part == Part::Nothing) return b;
  if (b.part == Part::Nothing) return a;
  if (a.part == Part::All || b.part == Part::All || a.mask != b.mask) return kAll;
  return {Part::Kept, a.mask, a.of_empty || b.of_empty};
}

/// Whether the first two axes of both are the same steps of the same sequences.
bool same_steps(const Shape& a, const Shape& b) {
  return a.rank() >= 2 && b.rank() >= 2 && a[0] == b[0] && a[1] == b[1];
}

class Walk {
 public:
  Walk(const MaskPlan& plan, const std::vector<ValuesOfCall>& calls, const meta::Trace& trace)
      : trace_(trace) {
    for (const MaskOrigin& mask : plan.masks) {
      ids_.emplace(mask.value, static_cast<MaskId>(ids_.size()));
      free_.visible[mask.value] = kAll;
    }
    for (const EdgeFacts& output : plan.outputs) free_.visible[output.value] = kAll;
    for (const ValuesOfCall& call : calls) {
      of_calls_.insert(call.inputs.begin(), call.inputs.end());
      of_calls_.insert(call.outputs.begin(), call.outputs.end());
      const auto is_traced = [&](const auto& made) { return trace_.find(made) != nullptr; };
      if (std::ranges::all_of(call.outputs, is_traced)) continue;
      for (const ValueNumber& input : call.inputs) free_.visible[input] = kAll;
    }
  }

  FreePadding run() {
    auto& visible = free_.visible;
    for (auto made = trace_.made().rbegin(); made != trace_.made().rend(); ++made) {
      const auto seen = visible.find(*made);
      if (seen != visible.end()) look_behind(*trace_.find(*made), seen->second);
    }
    const auto is_known = [&](const auto& value) {
      return of_calls_.contains(value.first) || ids_.contains(value.first) ||
             trace_.find(value.first) != nullptr;
    };
    // Something unknown may show anything of what it was made from.
    if (!std::ranges::all_of(visible, is_known)) visible.clear();
    return std::move(free_);
  }

 private:
  void look_behind(const Step& step, const Visible& result) {
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      const Tensor& input = step.inputs[i];
      if (!input.defined() || !input.is_meta()) continue;
      const Visible seen =
          std::visit([&](const auto& op) { return operand(op, step, i, result); }, step.operation);
      Visible& before = free_.visible[input.value_number()];
      before = joined(before, seen);
    }
  }

  /// What an op shows of operand `i` if `result` is seen of what it makes.
  template <class Op>
  Visible operand(const Op&, const Step& step, std::size_t i, const Visible& result) {
    const std::optional<int> own = own_axes(step.operation, step.inputs);
    const bool alone = own && i == 0 && step.inputs[0].rank() - *own >= 2;
    return alone ? result : kAll;
  }
  Visible operand(const op::Binary& op, const Step& step, std::size_t i, const Visible& result);
  Visible operand(const op::Where&, const Step& step, std::size_t i, const Visible& result);
  Visible operand(const op::Transpose& op, const Step&, std::size_t, const Visible& result) {
    return op.axes.size() > 2 && op.axes[0] == 0 && op.axes[1] == 1 ? result : kAll;
  }
  Visible operand(const op::Slice& op, const Step& step, std::size_t i, const Visible& result) {
    const bool steps_stay = same_steps(step.inputs[i].shape(), step.shape) && op.begin[0] == 0 &&
                            op.begin[1] == 0 && op.stride[0] == 1 && op.stride[1] == 1;
    return steps_stay ? result : kAll;
  }
  Visible operand(const op::Concatenate& op, const Step&, std::size_t, const Visible& result) {
    return op.axis >= 2 ? result : kAll;
  }
  Visible operand(const op::BroadcastTo&, const Step& step, std::size_t i, const Visible& result) {
    return same_steps(step.inputs[i].shape(), step.shape) ? result : kAll;
  }
  Visible operand(const op::Rnn&, const Step& step, std::size_t i, const Visible&) {
    return i == 0 ? kept_by(step.inputs[1], step.inputs[0].shape()).value_or(kAll) : kAll;
  }
  Visible operand(const op::Attention& op, const Step& step, std::size_t i, const Visible& result);
  Visible attended(const op::Attention& op, const Step& step, const Visible& result);

  /// The steps of `x` that a bool tensor keeps, if that is a mask of the plan, or less than one.
  std::optional<Visible> kept_by(const Tensor& condition, const Shape& x) {
    bool exact = true;
    const std::optional<MaskId> id = mask_behind(condition, x, exact);
    return id ? std::optional(Visible{Part::Kept, *id}) : std::nullopt;
  }
  std::optional<MaskId> mask_behind(const Tensor& condition, const Shape& x, bool& exact);
  MaskId further_mask(const ValueNumber& value) {
    const auto id = static_cast<MaskId>(ids_.size());
    ids_.emplace(value, id);
    free_.visible[value] = kAll;
    free_.further_masks.push_back(value);
    return id;
  }
  std::optional<MaskId> mask_itself(const Tensor& condition, const Shape& x) {
    bool exact = true;
    const std::optional<MaskId> id = mask_behind(condition, x, exact);
    return exact ? id : std::nullopt;
  }

  const meta::Trace& trace_;
  std::set<ValueNumber> of_calls_;
  std::map<ValueNumber, MaskId> ids_;
  FreePadding free_;
};

Visible Walk::operand(const op::Binary& op, const Step& step, std::size_t i,
                      const Visible& result) {
  const Shape& shape = step.inputs[i].shape();
  if (shape.rank() != step.shape.rank() || !same_steps(shape, step.shape)) return kAll;
  // A product with a mask is 0 wherever it keeps nothing.
  if (op.kind == op::BinaryKind::Multiply && result.part == Part::All) {
    return kept_by(step.inputs[1 - i], shape).value_or(result);
  }
  return result;
}

Visible Walk::operand(const op::Where&, const Step& step, std::size_t i, const Visible& result) {
  const Shape& shape = step.inputs[i].shape();
  if (i == 0 || shape.rank() != step.shape.rank() || !same_steps(shape, step.shape)) return kAll;
  if (i == 1 && result.part == Part::All) return kept_by(step.inputs[0], shape).value_or(result);
  return result;
}

Visible Walk::operand(const op::Attention& op, const Step& step, std::size_t i,
                      const Visible& result) {
  if (i > 2) return kAll;
  if (i > 0) return attended(op, step, result);
  // What a hidden query gives does not depend on it.
  if (result.part == Part::Kept || op.hide_by_1e9) return result;
  return kept_by(step.inputs[3], step.inputs[0].shape()).value_or(result);
}

/// Of keys and values. They are seen as a whole by a query that may attend to none.
Visible Walk::attended(const op::Attention& op, const Step& step, const Visible& result) {
  const Shape& keys = step.inputs[1].shape();
  const std::optional<Visible> kept = kept_by(step.inputs[4], keys);
  if (!kept) return kAll;
  if (op.zero_empty_rows) return *kept;
  // Whoever sees a kept query of the same sequence sees one that attends to itself.
  const bool of_itself = result.part == Part::Kept && !result.of_empty &&
                         same_steps(step.inputs[0].shape(), keys) &&
                         mask_itself(step.inputs[4], keys) == result.mask;
  const bool hides_queries = step.inputs[3].defined() &&
                             mask_itself(step.inputs[3], step.inputs[0].shape()) != result.mask;
  if (step.inputs[5].defined() || (hides_queries && !op.hide_by_1e9)) return kAll;
  if (of_itself) return *kept;
  if (op.causal || op.window > 0) return kAll;
  return {Part::Kept, kept->mask, true};
}

std::optional<MaskId> Walk::mask_behind(const Tensor& condition, const Shape& x, bool& exact) {
  if (!condition.defined() || !condition.is_meta() || x.rank() < 2) return std::nullopt;
  if (condition.elements() != x[0] * x[1]) return std::nullopt;
  const ValueNumber value = condition.value_number();
  if (condition.rank() == 2 && same_steps(condition.shape(), x)) {
    if (const auto id = ids_.find(value); id != ids_.end()) return id->second;
    if (of_calls_.contains(value) && !is_floating(condition.dtype())) return further_mask(value);
  }
  const Step* step = trace_.find(value);
  if (step == nullptr) return std::nullopt;
  const auto* binary = std::get_if<op::Binary>(&step->operation);
  if (binary != nullptr && binary->kind == op::BinaryKind::LogicalAnd) {
    exact = false;
    const auto first = mask_behind(step->inputs[0], x, exact);
    return first ? first : mask_behind(step->inputs[1], x, exact);
  }
  const auto* cast = std::get_if<op::Cast>(&step->operation);
  // A float mask of 0.5 is no longer true as an int.
  if (cast != nullptr && cast->to != DType::Bool && is_floating(step->inputs[0].dtype())) {
    exact = false;
  }
  const bool only_moves = step->is_view || std::holds_alternative<op::BroadcastTo>(step->operation);
  return cast != nullptr || only_moves ? mask_behind(step->inputs[0], x, exact) : std::nullopt;
}

}  // namespace

FreePadding find_free_padding(const MaskPlan& plan, const std::vector<ValuesOfCall>& calls,
                              const meta::Trace& trace) {
  return Walk(plan, calls, trace).run();
}

}  // namespace domino
