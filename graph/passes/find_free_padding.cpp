#include "domino/graph/passes/find_free_padding_internal.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include "domino/backends/packed_ops_internal.h"
#include "domino/graph/passes/places_internal.h"

namespace domino {
namespace {

using Step = meta::Trace::Step;
using Part = Visible::Part;

const Visible kAll{Part::All};

Visible joined(const Visible& a, const Visible& b) {
  if (a.part == Part::Nothing || b.part == Part::All) return b;
  if (b.part == Part::Nothing || a.part == Part::All) return a;
  const bool of_empty = a.of_empty || b.of_empty;
  // Where one mask keeps none of a sequence, another one may keep some.
  if (a.places != b.places || (of_empty && a.masks != b.masks)) {
    return {.part = Part::All, .by_two_masks = true};
  }
  Visible both{.part = Part::Kept, .of_empty = of_empty, .places = a.places};
  std::ranges::set_union(a.masks, b.masks, std::back_inserter(both.masks));
  return both;
}

/// Whether the first two axes of both are the same steps of the same sequences.
bool same_steps(const Shape& a, const Shape& b) {
  return a.rank() >= 2 && b.rank() >= 2 && a[0] == b[0] && a[1] == b[1];
}

class Walk {
 public:
  Walk(const Dag& dag, const MaskPlan& plan, const meta::Trace& trace) : trace_(trace) {
    for (const MaskOrigin& mask : plan.masks) {
      ids_.emplace(mask.value, static_cast<MaskId>(ids_.size()));
      free_.visible[mask.value] = kAll;
    }
    for (const int vertex : dag.order()) {
      if (!dag.is_input(vertex)) know(plan.vertices[static_cast<std::size_t>(vertex)]);
    }
  }

  /// An output of the model, with the mask that it carries, is seen whole, or but for what that hides.
  void show(const EdgeFacts& output, const MaskOrigin* mask, bool unseen) {
    const Step* made = trace_.find(output.value);
    Visible seen = kAll;
    if (unseen && made != nullptr && mask != nullptr &&
        is_mask_of_steps(mask->shape, output.shape)) {
      seen = {.part = Part::Kept,
              .masks = {ids_.at(mask->value)},
              .places = made->shape[0] * made->shape[1]};
    }
    Visible& visible = free_.visible[output.value];
    visible = joined(visible, seen);
  }

  FreePadding run() {
    auto& visible = free_.visible;
    for (auto made = trace_.made().rbegin(); made != trace_.made().rend(); ++made) {
      const auto seen = visible.find(*made);
      if (seen != visible.end()) look_behind(*made, seen->second);
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
  void know(const MaskPlan::Vertex& call) {
    std::set<ValueNumber> inputs;
    for (const auto& argument : call.reads) inputs.insert(argument.begin(), argument.end());
    const bool is_traced = std::ranges::all_of(call.values, [&](const ValueNumber& made) {
      return inputs.contains(made) || trace_.find(made) != nullptr;
    });
    for (const ValueNumber& input : inputs) {
      if (!is_traced) free_.visible[input] = kAll;
    }
    of_calls_.merge(inputs);
    of_calls_.insert(call.values.begin(), call.values.end());
  }

  void look_behind(const ValueNumber& made, const Visible& result) {
    const Step& step = *trace_.find(made);
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      const Tensor& input = step.inputs[i];
      if (!input.defined() || !input.is_meta()) continue;
      Visible seen =
          std::visit([&](const auto& op) { return operand(op, step, i, result); }, step.operation);
      const bool here = seen.part == Part::All && result.part != Part::All;
      if (here) seen.by = made;
      Visible& before = free_.visible[input.value_number()];
      before = joined(before, seen);
    }
  }

  /// What an op shows of operand `i` if `result` is seen of what it makes.
  template <class Op>
  Visible operand(const Op&, const Step& step, std::size_t i, const Visible& result) {
    if (result.part == Part::All) return result;
    return keeps_places(step, i, result.places) ? result : kAll;
  }
  Visible operand(const op::Binary& op, const Step& step, std::size_t i, const Visible& result);
  Visible operand(const op::Where& op, const Step& step, std::size_t i, const Visible& result);
  /// A tensor of one value has only the sizes of the one it stands beside.
  Visible operand(const op::Full&, const Step&, std::size_t, const Visible&) { return {}; }
  Visible operand(const op::Rnn&, const Step& step, std::size_t i, const Visible&) {
    const Shape& x = step.inputs[0].shape();
    return i == 0 ? kept_by(step.inputs[1], x, x).value_or(kAll) : kAll;
  }
  Visible selected(const Step& step, std::size_t i, const Tensor& condition, const Visible& result);
  Visible operand(const op::Attention& op, const Step& step, std::size_t i, const Visible& result);
  Visible attended(const op::Attention& op, const Step& step, const Visible& result);

  /// The steps of `x` that a bool tensor keeps, if that is a mask of the plan, or less than one; they
  /// are steps of `result` as well.
  std::optional<Visible> kept_by(const Tensor& condition, const Shape& x, const Shape& result) {
    bool exact = true;
    const std::optional<MaskId> id = mask_behind(condition, x, exact);
    if (!id || !same_steps(x, result)) return std::nullopt;
    return Visible{.part = Part::Kept, .masks = {*id}, .places = x[0] * x[1]};
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
  if (result.part == Part::Kept) return keeps_places(step, i, result.places) ? result : kAll;
  // A product with a mask is 0 wherever it keeps nothing.
  return may_hide_places(op) ? selected(step, i, step.inputs[1 - i], result) : result;
}

Visible Walk::operand(const op::Where&, const Step& step, std::size_t i, const Visible& result) {
  if (result.part == Part::Kept) return keeps_places(step, i, result.places) ? result : kAll;
  return i == 1 ? selected(step, i, step.inputs[0], result) : result;
}

/// Of an operand that counts only where `condition` holds, which has to stand beside its steps.
Visible Walk::selected(const Step& step, std::size_t i, const Tensor& condition,
                       const Visible& result) {
  const Shape& x = step.inputs[i].shape();
  const Shape& kept = condition.shape();
  if (x.rank() != step.shape.rank() || kept.rank() != x.rank() || !same_steps(kept, x))
    return result;
  return kept_by(condition, x, step.shape).value_or(result);
}

Visible Walk::operand(const op::Attention& op, const Step& step, std::size_t i,
                      const Visible& result) {
  if (i > 2) return kAll;
  if (i > 0) return attended(op, step, result);
  const Shape& queries = step.inputs[0].shape();
  if (result.part == Part::Kept)
    return same_places(queries, step.shape, result.places) ? result : kAll;
  if (op.hide_by_1e9) return result;
  // What a hidden query gives does not depend on it.
  return kept_by(step.inputs[3], queries, queries).value_or(result);
}

/// Of keys and values. They are seen as a whole by a query that may attend to none.
Visible Walk::attended(const op::Attention& op, const Step& step, const Visible& result) {
  const Shape& keys = step.inputs[1].shape();
  const std::optional<Visible> kept = kept_by(step.inputs[4], keys, keys);
  if (!kept) return kAll;
  if (op.zero_empty_rows) return *kept;
  const auto shows_what_keeps = [&](std::size_t i) {
    const std::optional<MaskId> mask = mask_itself(step.inputs[i], step.inputs[i - 3].shape());
    return mask && result.is_kept_by(*mask);
  };
  // Whoever sees a kept query of the same sequence sees one that attends to itself.
  const bool of_itself =
      !result.of_empty && same_steps(step.inputs[0].shape(), keys) && shows_what_keeps(4);
  const bool hides_queries = step.inputs[3].defined() && !shows_what_keeps(3);
  if (step.inputs[5].defined() || (hides_queries && !op.hide_by_1e9)) return kAll;
  if (of_itself) return *kept;
  // Where two masks meet, none of their sequences need be empty for a query to see nothing.
  const bool is_one_mask = mask_itself(step.inputs[4], keys) == kept->masks.front();
  if (op.causal || op.window > 0 || !is_one_mask) return kAll;
  return {.part = Part::Kept, .masks = kept->masks, .of_empty = true, .places = kept->places};
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

FreePadding find_free_padding(const Dag& dag, const MaskPlan& plan, const meta::Trace& trace,
                              const UnseenOutputs& unseen) {
  Walk walk(dag, plan, trace);
  for (std::size_t i = 0; i < plan.outputs.size(); ++i) {
    const MaskId mask = plan.output_masks[i];
    walk.show(plan.outputs[i],
              mask == kNoMaskId ? nullptr : &plan.masks[static_cast<std::size_t>(mask)],
              i < unseen.size() && unseen[i]);
  }
  return walk.run();
}

}  // namespace domino
