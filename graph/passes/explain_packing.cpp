#include "domino/graph/passes/explain_packing_internal.h"

#include <algorithm>
#include <set>

#include "domino/graph/passes/places_internal.h"
#include "domino/graph/probe_sizes_internal.h"

namespace domino {
namespace {

using Step = meta::Trace::Step;
using Padding = MaskPlan::Padding;

/// Whether an op moves places without looking at what they hold.
bool moves_places(const Step& step) {
  return std::holds_alternative<op::Slice>(step.operation) ||
         std::holds_alternative<op::Transpose>(step.operation) ||
         std::holds_alternative<op::BroadcastTo>(step.operation);
}

/// Whether an op skips the steps that its own mask hides, however they are given to it.
bool skips_masked(const Step& step) {
  return std::holds_alternative<op::Rnn>(step.operation) && step.inputs[1].defined();
}

class Explanation {
 public:
  Explanation(const Dag& dag, MaskPlan& plan, const meta::Trace& trace,
              const std::vector<int>& vertex_of_made, const FreePadding& free)
      : dag_(dag), plan_(plan), trace_(trace), vertex_of_made_(vertex_of_made), free_(free) {}

  void run() {
    for (const int vertex : dag_.order()) {
      if (!dag_.is_input(vertex)) explain(vertex);
    }
  }

 private:
  void explain(int vertex);
  MaskId mask_at(const MaskPlan::Vertex& planned) const;
  std::int64_t places_of(MaskId mask) const;
  bool is_packed(const Tensor& x) const {
    return x.defined() && x.is_meta() && packed_.contains(x.value_number());
  }
  bool computes_hidden(const Step& step, std::int64_t places) const;
  bool gives_packed(const Step& step, std::int64_t places) const;
  Padding seen_at(const MaskPlan::Vertex& planned, int vertex) const;

  const Dag& dag_;
  MaskPlan& plan_;
  const meta::Trace& trace_;
  const std::vector<int>& vertex_of_made_;
  const FreePadding& free_;
  std::set<ValueNumber> packed_;
  std::size_t next_ = 0;  // of the values that the trace saw
};

/// The first mask of steps that comes to a call, or by which its inputs are packed.
MaskId Explanation::mask_at(const MaskPlan::Vertex& planned) const {
  for (const MaskFact& fact : planned.facts) {
    if (fact.mask == kNoMaskId || fact.fate == MaskFate::TakenOff) continue;
    if (plan_.masks[static_cast<std::size_t>(fact.mask)].shape.rank() == 2) return fact.mask;
  }
  for (const auto& argument : planned.packed) {
    for (const MaskPlan::Packing& packing : argument) {
      if (packing.mask != kNoMaskId) return packing.mask;
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
  if (step.is_view || moves_places(step) || skips_masked(step)) return false;
  return std::ranges::any_of(step.inputs, [&](const Tensor& x) {
    return x.defined() && x.is_meta() && is_floating(x.dtype()) && !is_packed(x) &&
           axes_of_places(x.shape(), places);
  });
}

bool Explanation::gives_packed(const Step& step, std::int64_t places) const {
  if (skips_masked(step)) return axes_of_places(step.shape, places).has_value();
  if (std::holds_alternative<op::Attention>(step.operation)) return is_packed(step.inputs[0]);
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    if (!is_packed(step.inputs[i])) continue;
    if (moves_places(step) || keeps_places(step, i, places)) return true;
  }
  return false;
}

/// Who sees what is hidden of the first input that is not packed.
Padding Explanation::seen_at(const MaskPlan::Vertex& planned, int vertex) const {
  Padding padding{.kind = Padding::Kind::Dense, .mask = kNoMaskId, .seer = vertex};
  for (const auto& argument : planned.reads) {
    for (const ValueNumber& value : argument) {
      const auto seen = free_.visible.find(value);
      if (packed_.contains(value) || seen == free_.visible.end()) continue;
      if (seen->second.part != Visible::Part::All) continue;
      if (seen->second.by_two_masks) {
        padding.seen_by = Padding::SeenBy::TwoMasks;
        return padding;
      }
      if (!seen->second.by) {
        padding.seen_by = Padding::SeenBy::Output;
        return padding;
      }
      const auto made = std::ranges::find(trace_.made(), *seen->second.by);
      padding.seer = vertex_of_made_[static_cast<std::size_t>(made - trace_.made().begin())];
      return padding;
    }
  }
  return padding;
}

void Explanation::explain(int vertex) {
  MaskPlan::Vertex& planned = plan_.vertices[static_cast<std::size_t>(vertex)];
  const MaskId mask = mask_at(planned);
  for (std::size_t p = 0; p < planned.packed.size(); ++p) {
    for (std::size_t i = 0; i < planned.packed[p].size(); ++i) {
      if (planned.packed[p][i].mask != kNoMaskId) packed_.insert(planned.reads[p][i]);
    }
  }
  const std::int64_t places = mask == kNoMaskId ? 0 : places_of(mask);
  bool dense = false;
  for (; next_ < vertex_of_made_.size() && vertex_of_made_[next_] == vertex; ++next_) {
    const Step& step = *trace_.find(trace_.made()[next_]);
    if (mask == kNoMaskId) continue;
    dense = dense || computes_hidden(step, places);
    if (gives_packed(step, places)) packed_.insert(trace_.made()[next_]);
  }
  if (mask == kNoMaskId) return;
  planned.padding = dense ? seen_at(planned, vertex) : Padding{.kind = Padding::Kind::Packed};
  planned.padding.mask = mask;
}

}  // namespace

void explain_packing(const Dag& dag, MaskPlan& plan, const meta::Trace& trace,
                     const std::vector<int>& vertex_of_made, const FreePadding& free) {
  Explanation(dag, plan, trace, vertex_of_made, free).run();
}

}  // namespace domino
