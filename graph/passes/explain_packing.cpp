#include "domino/graph/passes/explain_packing_internal.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "domino/graph/passes/places_internal.h"
#include "domino/graph/probe_sizes_internal.h"

namespace domino {
namespace {

using Step = meta::Trace::Step;
using Padding = MaskPlan::Padding;

/// Whether an op moves places without looking at what they hold.
bool moves_places(const Step& step) {
  return step.is_view || std::holds_alternative<op::Slice>(step.operation) ||
         std::holds_alternative<op::Transpose>(step.operation) ||
         std::holds_alternative<op::BroadcastTo>(step.operation);
}

/// Whether an op skips the steps that its own mask hides, however they are given to it.
bool skips_masked(const Step& step) {
  return std::holds_alternative<op::Rnn>(step.operation) && step.inputs[1].defined();
}

/// Whether kernels of the op read the rows of a packed operand, though it mixes steps.
bool follows_maps(const Step& step) {
  return std::holds_alternative<op::Attention>(step.operation) ||
         std::holds_alternative<op::Reduce>(step.operation);
}

/// Whether an op brings the rows of several operands together.
bool aligns_rows(const Step& step) {
  return std::holds_alternative<op::Binary>(step.operation) ||
         std::holds_alternative<op::Where>(step.operation) ||
         std::holds_alternative<op::Concatenate>(step.operation);
}

/// How the numbers at hidden places of a packed value differ: not at all, or from row to row of them.
struct Hidden {
  bool by_sequence = false;
  bool by_step = false;

  bool by_place() const { return by_sequence && by_step; }
  Hidden& operator|=(const Hidden& other) {
    by_sequence = by_sequence || other.by_sequence;
    by_step = by_step || other.by_step;
    return *this;
  }
};

/// Of an operand that is not packed, and repeated along some axes of `whole`.
Hidden repeated(const Shape& x, const Shape& whole) {
  const auto differs_along = [&](int axis) {
    const int own = axis - (whole.rank() - x.rank());
    return own >= 0 && own < x.rank() && x[own] > 1;
  };
  return {.by_sequence = differs_along(0), .by_step = differs_along(1)};
}

class Explanation {
 public:
  Explanation(const Dag& dag, MaskPlan& plan, const meta::Trace& trace,
              const std::vector<int>& vertex_of_made, const FreePadding& free)
      : dag_(dag), plan_(plan), trace_(trace), vertex_of_made_(vertex_of_made), free_(free) {
    for (const MaskOrigin& mask : plan.masks) of_masks_.insert(mask.value);
  }

  void run() {
    for (const int vertex : dag_.order()) {
      if (!dag_.is_input(vertex)) explain(vertex);
    }
  }

 private:
  void explain(int vertex);
  MaskId mask_at(const MaskPlan::Vertex& planned) const;
  std::vector<ValueNumber> made_for(const std::vector<ValueNumber>& outputs, int vertex);
  bool is_of_steps(MaskId mask) const {
    return plan_.masks[static_cast<std::size_t>(mask)].shape.rank() == 2;
  }
  std::int64_t places_of(MaskId mask) const;
  bool is_packed(const Tensor& x) const {
    return x.defined() && x.is_meta() && packed_.contains(x.value_number());
  }
  /// Whether a tensor has few different rows, though it is not packed.
  bool is_flags(const Tensor& x) const {
    return x.dtype() == DType::Bool || of_masks_.contains(x.value_number());
  }
  bool is_under_mask(const Tensor& x) const {
    return x.defined() && x.is_meta() && under_mask_.contains(x.value_number());
  }
  bool reads_under_mask(const Step& step) const {
    return std::ranges::any_of(step.inputs, [&](const Tensor& x) { return is_under_mask(x); });
  }
  void note_mask(const ValueNumber& made, const Step& step);
  void start_under_mask(const MaskPlan::Vertex& planned);
  bool computes_hidden(const Step& step, std::int64_t places) const;
  std::optional<Hidden> packed_rows(const Step& step, std::int64_t places) const;
  bool is_seen(const ValueNumber& made) const {
    const auto seen = free_.visible.find(made);
    return seen != free_.visible.end() && seen->second.part == Visible::Part::All;
  }
  Padding seen_at(int vertex, MaskId mask, bool of_packed) const;
  bool are_steps(int vertex, std::size_t p, std::size_t i, MaskId mask) const;

  const Dag& dag_;
  MaskPlan& plan_;
  const meta::Trace& trace_;
  const std::vector<int>& vertex_of_made_;
  const FreePadding& free_;
  std::map<ValueNumber, Hidden> packed_;
  std::set<ValueNumber> of_masks_;    // masks, and what is made of them alone
  std::set<ValueNumber> under_mask_;  // in one call: what is made of tensors that bring a mask
  std::size_t next_ = 0;              // of the values that the trace saw
};

/// The first mask of steps that comes to a call, or by which its inputs are packed.
MaskId Explanation::mask_at(const MaskPlan::Vertex& planned) const {
  for (const MaskFact& fact : planned.facts) {
    if (fact.mask == kNoMaskId || fact.fate == MaskFate::TakenOff) continue;
    if (is_of_steps(fact.mask)) return fact.mask;
  }
  for (const auto& argument : planned.packed) {
    for (const MaskPlan::Packing& packing : argument) {
      if (!packing.masks.empty() && is_of_steps(packing.masks.front()))
        return packing.masks.front();
    }
  }
  return kNoMaskId;
}

/// In the sizes of the trace.
std::int64_t Explanation::places_of(MaskId mask) const {
  const Shape& shape = plan_.masks[static_cast<std::size_t>(mask)].shape;
  const std::int64_t sequences = shape[0] == kAny ? kProbes[0].batch : shape[0];
  return sequences * (shape[1] == kAny ? kProbes[0].other : shape[1]);
}

/// Whether an op makes numbers for hidden places.
bool Explanation::computes_hidden(const Step& step, std::int64_t places) const {
  const bool reads_none = std::holds_alternative<op::Full>(step.operation);
  if (reads_none || moves_places(step) || skips_masked(step)) return false;
  if (!reads_under_mask(step)) return false;
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    const Tensor& x = step.inputs[i];
    const bool of_steps = x.defined() && x.is_meta() && is_floating(x.dtype()) &&
                          !of_masks_.contains(x.value_number()) &&
                          axes_of_places(x.shape(), places).has_value();
    const bool by_rows = is_packed(x) && (follows_maps(step) || keeps_places(step, i, places));
    const bool is_whole = follows_maps(step) && !is_under_mask(x);
    if (of_steps && !by_rows && !is_whole) return true;
  }
  return false;
}

/// What the rows hold that an op gives for what is hidden; none if it gives no rows.
std::optional<Hidden> Explanation::packed_rows(const Step& step, std::int64_t places) const {
  if (const auto* rnn = std::get_if<op::Rnn>(&step.operation); skips_masked(step)) {
    if (!axes_of_places(step.shape, places)) return std::nullopt;
    return Hidden{.by_sequence = !rnn->zero_output_for_mask};
  }
  if (std::holds_alternative<op::Attention>(step.operation)) {
    return is_packed(step.inputs[0]) ? std::optional(Hidden{.by_sequence = true}) : std::nullopt;
  }
  std::optional<Hidden> rows;
  Hidden others;
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    const Tensor& x = step.inputs[i];
    if (is_packed(x) && (moves_places(step) || keeps_places(step, i, places))) {
      if (!rows) rows.emplace();
      *rows |= packed_.at(x.value_number());
    } else if (x.defined() && aligns_rows(step) && !is_flags(x)) {
      others |= repeated(x.shape(), step.shape);
    }
  }
  if (rows) *rows |= others;
  return rows;
}

/// Who sees what is hidden of the first input, of those that are packed or of the others; else the call
/// itself.
Padding Explanation::seen_at(int vertex, MaskId mask, bool of_packed) const {
  const MaskPlan::Vertex& planned = plan_.vertices[static_cast<std::size_t>(vertex)];
  bool unseen = false;
  for (std::size_t p = 0; p < planned.reads.size(); ++p) {
    for (std::size_t i = 0; i < planned.reads[p].size(); ++i) {
      const bool is_packed = packed_.contains(planned.reads[p][i]);
      if (is_packed != of_packed || !are_steps(vertex, p, i, mask)) continue;
      const auto seen = free_.visible.find(planned.reads[p][i]);
      if (seen == free_.visible.end() || seen->second.part != Visible::Part::All) {
        unseen = unseen || (!is_packed && under_mask_.contains(planned.reads[p][i]));
        continue;
      }
      if (seen->second.by_two_masks) {
        return {.kind = Padding::Kind::Dense, .mask = mask, .seen_by = Padding::SeenBy::TwoMasks};
      }
      if (!seen->second.by) {
        return {.kind = Padding::Kind::Dense, .mask = mask, .seen_by = Padding::SeenBy::Output};
      }
      const auto made = std::ranges::find(trace_.made(), *seen->second.by);
      const auto place = static_cast<std::size_t>(made - trace_.made().begin());
      return {.kind = Padding::Kind::Dense, .mask = mask, .seer = vertex_of_made_[place]};
    }
  }
  if (unseen) {
    return {.kind = Padding::Kind::Dense, .mask = mask, .seen_by = Padding::SeenBy::Nobody};
  }
  return {.kind = Padding::Kind::Dense, .mask = mask, .seer = vertex};
}

/// Whether an input has the axes of the mask.
bool Explanation::are_steps(int vertex, std::size_t p, std::size_t i, MaskId mask) const {
  const Endpoint& from = dag_.arguments(vertex)[p][i];
  const EdgeFacts& input = dag_.node(from.vertex).outputs[static_cast<std::size_t>(from.output)];
  return is_mask_of_steps(plan_.masks[static_cast<std::size_t>(mask)].shape, input.shape);
}

void Explanation::note_mask(const ValueNumber& made, const Step& step) {
  const bool all = std::ranges::all_of(step.inputs, [&](const Tensor& x) {
    return !x.defined() || !x.is_meta() || of_masks_.contains(x.value_number());
  });
  if (all && !step.inputs.empty()) of_masks_.insert(made);
}

/// What a call makes on the way to its outputs, in that order. The trace has seen more: masks, and what
/// was tried while the graph was wired.
std::vector<ValueNumber> Explanation::made_for(const std::vector<ValueNumber>& outputs,
                                               int vertex) {
  const std::size_t first = next_;
  while (next_ < vertex_of_made_.size() && vertex_of_made_[next_] == vertex) ++next_;
  std::set<ValueNumber> read(outputs.begin(), outputs.end());
  std::vector<ValueNumber> made;
  for (std::size_t i = next_; i-- > first;) {
    if (!read.contains(trace_.made()[i])) continue;
    made.push_back(trace_.made()[i]);
    for (const Tensor& x : trace_.find(made.back())->inputs) {
      if (x.defined() && x.is_meta()) read.insert(x.value_number());
    }
  }
  std::ranges::reverse(made);
  return made;
}

void Explanation::start_under_mask(const MaskPlan::Vertex& planned) {
  under_mask_.clear();
  std::size_t fact = 0;
  for (std::size_t p = 0; p < planned.reads.size(); ++p) {
    for (std::size_t i = 0; i < planned.reads[p].size(); ++i, ++fact) {
      const bool is_packed = !planned.packed[p][i].masks.empty();
      const MaskFact& known = planned.facts[fact];
      const bool brings = known.mask != kNoMaskId && known.fate != MaskFate::TakenOff;
      if (is_packed || brings) under_mask_.insert(planned.reads[p][i]);
    }
  }
}

void Explanation::explain(int vertex) {
  MaskPlan::Vertex& planned = plan_.vertices[static_cast<std::size_t>(vertex)];
  const MaskId mask = mask_at(planned);
  for (std::size_t p = 0; p < planned.packed.size(); ++p) {
    for (std::size_t i = 0; i < planned.packed[p].size(); ++i) {
      if (!planned.packed[p][i].masks.empty()) packed_[planned.reads[p][i]] = {};
    }
  }
  const std::vector<ValueNumber> made = made_for(planned.values, vertex);
  if (mask == kNoMaskId) return;
  start_under_mask(planned);
  const std::int64_t places = places_of(mask);
  bool computes = false;
  bool unfolds = false;  // rows of several operands that together are as many as places
  for (const ValueNumber& value : made) {
    const Step& step = *trace_.find(value);
    note_mask(value, step);
    if (reads_under_mask(step)) under_mask_.insert(value);
    computes = computes || computes_hidden(step, places);
    const std::optional<Hidden> rows = packed_rows(step, places);
    if (!rows) continue;
    // All that nobody sees shares one row.
    const bool differs = rows->by_place() && is_seen(value);
    unfolds = unfolds || differs;
    if (!differs) packed_[value] = rows->by_place() ? Hidden() : *rows;
  }
  planned.padding = computes || unfolds ? seen_at(vertex, mask, !computes)
                                        : Padding{.kind = Padding::Kind::Packed, .mask = mask};
}

}  // namespace

void explain_packing(const Dag& dag, MaskPlan& plan, const meta::Trace& trace,
                     const std::vector<int>& vertex_of_made, const FreePadding& free) {
  Explanation(dag, plan, trace, vertex_of_made, free).run();
}

}  // namespace domino
