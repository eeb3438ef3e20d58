#include "domino/graph/passes/find_length_use_internal.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "domino/backends/packed_ops_internal.h"
#include "domino/graph/probe_sizes_internal.h"

namespace domino {
namespace {

using Step = meta::Trace::Step;

constexpr std::int64_t kSequences = kProbes[0].batch;
constexpr std::int64_t kLength = kProbes[0].other;

/// How a value depends on how far sequences are padded.
enum class Dependence : std::uint8_t {
  Free,    ///< not at all
  Stable,  ///< its steps do not, as far as they are kept
  Bound,   ///< it does, or sequences are mixed
};

/// What is known of a value.
struct Extent {
  Dependence kind = Dependence::Free;
  int axis = 0;           ///< of the steps
  bool merged = false;    ///< with the sequences, into one axis
  bool reversed = false;  ///< the last step stands first
  /// What stands at every masked step, or everywhere.
  std::optional<double> padding = std::nullopt;
  ValueNumber by = {};  ///< what made it depend on the length
};

constexpr Extent kBound{Dependence::Bound};

Extent stable(int axis) { return {Dependence::Stable, axis}; }

std::int64_t product(const Shape& shape, int axes) {
  std::int64_t entries = 1;
  for (int axis = 0; axis < axes; ++axis) entries *= shape[axis];
  return entries;
}

bool has_sequences(const Shape& shape) { return shape.rank() > 0 && shape[0] == kSequences; }

/// The axis whose size is that of the padded steps, if one is and none is made of it.
std::optional<int> axis_of_length(const Shape& shape) {
  const auto is_length = [](std::int64_t size) { return size == kLength; };
  if (std::ranges::count_if(shape.sizes(), is_length) != 1) return std::nullopt;
  return static_cast<int>(std::ranges::find_if(shape.sizes(), is_length) - shape.sizes().begin());
}

bool knows_length(const Shape& shape) {
  return std::ranges::any_of(shape.sizes(), [](std::int64_t size) {
    return size == kLength || size == kLength * kSequences;
  });
}

class LengthWalk {
 public:
  explicit LengthWalk(const meta::Trace& trace) : trace_(trace) {}

  void feed(const EdgeFacts& input) {
    const bool any_length = input.shape.rank() >= 2 && input.shape[1] == kAny;
    Extent& extent = extents_[input.value] = any_length ? stable(1) : Extent{};
    if (any_length) extent.padding = 0.0;
  }

  void run() {
    for (const ValueNumber& made : trace_.made()) {
      const Step& step = *trace_.find(made);
      Extent extent = std::visit([&](const auto& op) { return made_by(op, step); }, step.operation);
      if (extent.kind == Dependence::Bound && extent.by == ValueNumber{}) extent.by = made;
      extents_[made] = extent;
    }
  }

  Extent extent(const ValueNumber& value) const {
    const auto known = extents_.find(value);
    return known == extents_.end() ? kBound : known->second;
  }

 private:
  Extent of(const Tensor& x) const {
    if (!x.defined() || !x.is_meta()) return {};
    const auto known = extents_.find(x.value_number());
    if (known != extents_.end()) return known->second;
    return knows_length(x.shape()) ? kBound : Extent{};
  }
  /// The first operand from `begin` on that depends on the length; else a free one.
  Extent all_free(const Step& step, std::size_t begin) const {
    for (std::size_t i = begin; i < step.inputs.size(); ++i) {
      const Extent one = of(step.inputs[i]);
      if (one.kind != Dependence::Free) return one.kind == Dependence::Bound ? one : kBound;
    }
    return {};
  }

  template <class Op>
  Extent made_by(const Op&, const Step& step) const {
    return of_first(step);
  }
  Extent of_first(const Step& step) const;
  Extent met(const Step& step) const;
  Extent made_by(const op::Binary& op, const Step& step) const;
  Extent made_by(const op::Where& op, const Step& step) const;
  Extent made_by(const op::Cast& op, const Step& step) const;
  Extent made_by(const op::Reduce& op, const Step& step) const;
  Extent made_by(const op::Take& op, const Step& step) const;
  Extent made_by(const op::Transpose& op, const Step& step) const;
  Extent made_by(const op::Slice& op, const Step& step) const;
  Extent made_by(const op::Concatenate& op, const Step& step) const;
  Extent made_by(const op::BroadcastTo& op, const Step& step) const;
  Extent made_by(const op::Full& op, const Step& step) const;
  Extent made_by(const op::Arange& op, const Step& step) const;
  Extent made_by(const op::Conv1D& op, const Step& step) const;
  Extent made_by(const op::Rnn& op, const Step& step) const;
  Extent made_by(const op::Attention& op, const Step& step) const;
  Extent viewed(const Step& step) const;

  bool hides_padding(const Tensor& mask) const {
    const Extent extent = of(mask);
    return mask.defined() && extent.kind == Dependence::Stable && !extent.reversed &&
           !extent.merged && extent.axis == 1 && extent.padding == 0.0;
  }
  bool are_steps(const Tensor& x) const {
    const Extent extent = of(x);
    return extent.kind == Dependence::Stable && extent.axis == 1 && !extent.merged &&
           !extent.reversed;
  }

  const meta::Trace& trace_;
  std::map<ValueNumber, Extent> extents_;
};

/// An op that treats all places before some last axes of its first operand alike, or that reads what does
/// not depend on the length.
Extent LengthWalk::of_first(const Step& step) const {
  if (step.inputs.empty()) return knows_length(step.shape) ? kBound : Extent{};
  Extent x = of(step.inputs[0]);
  if (x.kind == Dependence::Bound) return x;
  const Extent others = all_free(step, 1);
  if (others.kind != Dependence::Free) return others;
  x.padding.reset();
  const std::optional<int> own = own_axes(step.operation, step.inputs);
  const int alike = own ? step.inputs[0].rank() - *own : 0;
  if (x.kind == Dependence::Stable) return alike > x.axis ? x : kBound;
  const bool mixes = has_sequences(step.inputs[0].shape()) && alike < 1;
  return mixes || knows_length(step.shape) ? kBound : x;
}

/// Operands that broadcast to each other.
Extent LengthWalk::met(const Step& step) const {
  Extent result;
  for (const Tensor& x : step.inputs) {
    if (!x.defined()) continue;
    Extent one = of(x);
    if (one.kind == Dependence::Bound) return one;
    const int further = step.shape.rank() - x.rank();
    if (has_sequences(x.shape()) && further != 0) return kBound;
    if (one.kind == Dependence::Free) continue;
    one.axis += further;
    const bool fits =
        result.kind == Dependence::Free ||
        (result.axis == one.axis && result.merged == one.merged && result.reversed == one.reversed);
    if (!fits) return kBound;
    result = one;
    result.padding.reset();
  }
  return result;
}

Extent LengthWalk::made_by(const op::Binary& op, const Step& step) const {
  Extent result = met(step);
  if (result.kind == Dependence::Bound) return result;
  const Extent a = of(step.inputs[0]);
  const Extent b = of(step.inputs[1]);
  const bool product = op.kind == op::BinaryKind::Multiply || op.kind == op::BinaryKind::LogicalAnd;
  if (product && (a.padding == 0.0 || b.padding == 0.0)) result.padding = 0.0;
  const bool is_mask = op.kind == op::BinaryKind::NotEqual && a.padding && a.padding == b.padding;
  if (is_mask) result.padding = 0.0;
  return result;
}

Extent LengthWalk::made_by(const op::Where&, const Step& step) const {
  Extent result = met(step);
  if (of(step.inputs[0]).padding == 0.0) result.padding = of(step.inputs[2]).padding;
  return result;
}

Extent LengthWalk::made_by(const op::Cast&, const Step& step) const {
  Extent x = of(step.inputs[0]);
  if (x.padding != 0.0 && x.padding != 1.0) x.padding.reset();
  return x;
}

/// Whether one number more, or fewer, makes no difference to such a reduction.
bool is_neutral(op::ReduceKind kind, double number) {
  constexpr double kLowest = std::numeric_limits<float>::lowest();
  switch (kind) {
    case op::ReduceKind::Sum:
    case op::ReduceKind::Any:
      return number == 0;
    case op::ReduceKind::Prod:
    case op::ReduceKind::All:
      return number == 1;
    case op::ReduceKind::Max:
      return number <= kLowest;
    case op::ReduceKind::Min:
      return number >= -kLowest;
    case op::ReduceKind::Mean:
      return false;
  }
  return false;
}

Extent LengthWalk::made_by(const op::Reduce& op, const Step& step) const {
  Extent x = of(step.inputs[0]);
  const bool mixes = has_sequences(step.inputs[0].shape()) && !op.axes.empty() && op.axes[0] == 0;
  if (x.kind == Dependence::Bound) return x;
  if (mixes) return kBound;
  const auto removed = std::ranges::count_if(op.axes, [&](int axis) { return axis < x.axis; });
  const bool of_steps = std::ranges::find(op.axes, x.axis) != op.axes.end();
  if (x.kind == Dependence::Free) return {};
  if (!of_steps) {
    if (!op.keepdims) x.axis -= static_cast<int>(removed);
    const bool zeros = op.kind == op::ReduceKind::Any || op.kind == op::ReduceKind::Sum;
    if (!zeros || x.padding != 0.0) x.padding.reset();
    return x.merged && removed > 0 ? kBound : x;
  }
  return !x.merged && x.padding && is_neutral(op.kind, *x.padding) ? Extent{} : kBound;
}

/// Slices of a table, for each step one.
Extent LengthWalk::made_by(const op::Take& op, const Step& step) const {
  Extent indices = of(step.inputs[1]);
  if (indices.kind == Dependence::Free) return of_first(step);
  if (indices.kind == Dependence::Bound) return indices;
  const bool is_table = of(step.inputs[0]).kind == Dependence::Free &&
                        !has_sequences(step.inputs[0].shape()) && op.axis == 0;
  indices.padding.reset();
  return is_table ? indices : kBound;
}

Extent LengthWalk::made_by(const op::Transpose& op, const Step& step) const {
  Extent x = of(step.inputs[0]);
  const bool mixes = (has_sequences(step.inputs[0].shape()) || x.merged) && op.axes[0] != 0;
  if (x.kind == Dependence::Bound) return x;
  if (mixes) return kBound;
  if (x.kind == Dependence::Stable) {
    x.axis = static_cast<int>(std::ranges::find(op.axes, x.axis) - op.axes.begin());
  }
  return x;
}

Extent LengthWalk::made_by(const op::Slice& op, const Step& step) const {
  Extent x = of(step.inputs[0]);
  const Shape& shape = step.inputs[0].shape();
  if (x.kind == Dependence::Bound) return x;
  const auto is_whole = [&](std::size_t axis) {
    return op.begin[axis] == 0 && op.stride[axis] == 1 && op.count[axis] == shape.sizes()[axis];
  };
  if ((has_sequences(shape) || x.merged) && !is_whole(0)) return kBound;
  if (x.kind == Dependence::Free) {
    // As many rows of a table as there are steps.
    const std::optional<int> axis = axis_of_length(step.shape);
    if (!axis) return knows_length(step.shape) ? kBound : x;
    const auto steps = static_cast<std::size_t>(*axis);
    return op.begin[steps] == 0 && op.stride[steps] == 1 ? stable(*axis) : kBound;
  }
  const auto steps = static_cast<std::size_t>(x.axis);
  if (is_whole(steps)) return x;
  const bool turns =
      op.stride[steps] == -1 && op.count[steps] == kLength && op.begin[steps] == kLength - 1;
  if (turns) {
    x.reversed = !x.reversed;
    return x;
  }
  const std::int64_t first = x.reversed ? kLength - 1 : 0;
  return op.count[steps] == 1 && op.begin[steps] == first ? Extent{} : kBound;
}

Extent LengthWalk::made_by(const op::Concatenate& op, const Step& step) const {
  const bool any_steps = std::ranges::any_of(
      step.inputs, [&](const Tensor& x) { return of(x).kind == Dependence::Stable; });
  Extent result;
  for (const Tensor& x : step.inputs) {
    const Extent one = x.defined() ? of(x) : kBound;
    if (one.kind == Dependence::Bound) return one;
    const bool mixes = has_sequences(x.shape()) && op.axis == 0;
    const bool joins = one.kind == Dependence::Stable && one.axis == op.axis;
    const bool is_first = result.kind == Dependence::Free;
    const bool fits = is_first || (result.axis == one.axis && result.reversed == one.reversed &&
                                   result.merged == one.merged);
    if (mixes || joins || !fits || (any_steps && one.kind == Dependence::Free)) return kBound;
    result = one;
    result.padding.reset();
  }
  return result;
}

/// The same numbers in their order, with other sizes.
Extent LengthWalk::viewed(const Step& step) const {
  const Shape& shape = step.inputs[0].shape();
  Extent x = of(step.inputs[0]);
  if (x.kind == Dependence::Free) {
    const bool mixes = has_sequences(shape) && !has_sequences(step.shape);
    return mixes || knows_length(step.shape) ? kBound : x;
  }
  if (x.kind == Dependence::Bound) return x;
  const std::int64_t before = product(shape, x.axis) * (x.merged ? kSequences : 1);
  for (int axis = 0; axis < step.shape.rank(); ++axis) {
    const std::int64_t in_front = product(step.shape, axis);
    x.axis = axis;
    x.merged = false;
    if (in_front == before && step.shape[axis] == kLength) return x;
    x.merged = true;
    if (in_front * kSequences == before && step.shape[axis] == kSequences * kLength) return x;
  }
  return kBound;
}

Extent LengthWalk::made_by(const op::BroadcastTo&, const Step& step) const {
  if (step.is_view) return viewed(step);
  Extent x = of(step.inputs[0]);
  const int further = step.shape.rank() - step.inputs[0].rank();
  if (x.kind == Dependence::Bound) return x;
  if (has_sequences(step.inputs[0].shape()) && further != 0) return kBound;
  if (x.kind == Dependence::Free) {
    const std::optional<int> axis = axis_of_length(step.shape);
    if (!axis) return knows_length(step.shape) ? kBound : x;
    Extent repeated = stable(*axis);
    repeated.padding = x.padding;
    return repeated;
  }
  x.axis += further;
  return x;
}

Extent LengthWalk::made_by(const op::Full& op, const Step& step) const {
  const std::optional<int> axis = axis_of_length(step.shape);
  if (!axis && knows_length(step.shape)) return kBound;
  Extent constant = axis ? stable(*axis) : Extent{};
  constant.padding = op.value;
  return constant;
}

Extent LengthWalk::made_by(const op::Arange& op, const Step& step) const {
  if (op.count == kLength) return stable(0);
  return knows_length(step.shape) ? kBound : Extent{};
}

/// One that looks back only.
Extent LengthWalk::made_by(const op::Conv1D& op, const Step& step) const {
  Extent x = of(step.inputs[0]);
  if (x.kind == Dependence::Bound) return x;
  const Extent others = all_free(step, 1);
  if (others.kind != Dependence::Free || x.kind == Dependence::Free) return others;
  const bool looks_back =
      are_steps(step.inputs[0]) && op.pad_after == 0 && op.stride == 1 && step.shape[1] == kLength;
  return looks_back ? stable(1) : kBound;
}

Extent LengthWalk::made_by(const op::Rnn& op, const Step& step) const {
  const Extent x = of(step.inputs[0]);
  const Extent others = all_free(step, 2);
  if (x.kind == Dependence::Bound) return x;
  if (others.kind != Dependence::Free) return others;
  const bool has_mask = step.inputs[1].defined();
  if (x.kind == Dependence::Free && !has_mask) return {};
  // The last output is that of the last step, kept or not.
  const bool sees_end = op.zero_output_for_mask && !op.return_sequences;
  if (!are_steps(step.inputs[0]) || !hides_padding(step.inputs[1]) || sees_end) return kBound;
  if (step.shape.rank() < 3) return {};
  Extent outputs = stable(1);
  outputs.reversed = op.go_backwards;
  if (op.zero_output_for_mask) outputs.padding = 0.0;
  return outputs;
}

Extent LengthWalk::made_by(const op::Attention& op, const Step& step) const {
  for (const Tensor& x : step.inputs) {
    if (const Extent one = of(x); one.kind == Dependence::Bound) return one;
  }
  const Extent query = of(step.inputs[0]);
  const bool queries_fit = query.kind == Dependence::Free || are_steps(step.inputs[0]);
  const bool keys_free =
      of(step.inputs[1]).kind == Dependence::Free && of(step.inputs[2]).kind == Dependence::Free;
  const bool keys_fit = keys_free || (are_steps(step.inputs[1]) && are_steps(step.inputs[2]) &&
                                      hides_padding(step.inputs[4]));
  if (!queries_fit || !keys_fit || of(step.inputs[5]).kind != Dependence::Free) return kBound;
  // Weights have an axis of keys.
  const bool may_be_weights = op.gives_weights && step.shape[3] == step.inputs[1].size(1);
  if (may_be_weights && !keys_free) return kBound;
  return query.kind == Dependence::Free ? Extent{} : stable(1);
}

/// Whether an op has a number that follows from the length, as `x / x.size(1)` would: the trace saw the
/// calls with two sizes, and found with the second an op that it did not find with the first.
class Sizes {
 public:
  explicit Sizes(const meta::Trace& trace) {
    for (const ValueNumber& made : trace.made()) {
      const Step& step = *trace.find(made);
      if (step.unknown_size == kProbes[0].other) seen_.insert(name(step.operation));
    }
  }
  bool are_all(const Step& step) const {
    if (step.unknown_size == kProbes[0].other) return true;
    if (step.unknown_size != kProbes[1].other) return false;
    op::Operation first = step.operation;
    std::visit([](auto& op) { give_first_sizes(op); }, first);
    return seen_.contains(name(first));
  }

 private:
  static ValueNumber name(const op::Operation& operation) {
    return op::value_number(operation, {}, 0);
  }
  static std::int64_t first_size(std::int64_t size) {
    const auto& [first, second] = kProbes;
    if (size == second.batch) return first.batch;
    if (size == second.other) return first.other;
    if (size == second.other - 1) return first.other - 1;
    return size == second.batch * second.other ? first.batch * first.other : size;
  }
  static Shape first_sizes(const Shape& shape) {
    std::vector<std::int64_t> sizes = shape.sizes();
    std::ranges::transform(sizes, sizes.begin(), first_size);
    return Shape(std::move(sizes));
  }
  template <class Op>
  static void give_first_sizes(Op&) {}
  static void give_first_sizes(op::Full& op) { op.shape = first_sizes(op.shape); }
  static void give_first_sizes(op::BroadcastTo& op) { op.shape = first_sizes(op.shape); }
  static void give_first_sizes(op::Arange& op) { op.count = first_size(op.count); }
  static void give_first_sizes(op::Slice& op) {
    std::ranges::transform(op.begin, op.begin.begin(), first_size);
    std::ranges::transform(op.count, op.count.begin(), first_size);
  }

  std::set<ValueNumber> seen_;
};

MaskPlan::LengthUse use_of(const Extent& extent, int vertex) {
  using Use = MaskPlan::LengthUse;
  if (extent.kind == Dependence::Free) return {Use::Kind::None};
  const bool of_steps =
      extent.kind == Dependence::Stable && extent.axis == 1 && !extent.merged && !extent.reversed;
  return of_steps ? Use{Use::Kind::Steps} : Use{Use::Kind::Depends, vertex};
}

/// The vertex of the first op with a number that follows from sizes; none if there is none.
std::optional<int> finds_sizes_in_numbers(const meta::Trace& trace,
                                          const std::vector<int>& vertex_of_made) {
  const Sizes sizes(trace);
  for (std::size_t i = 0; i < trace.made().size(); ++i) {
    if (!sizes.are_all(*trace.find(trace.made()[i]))) return vertex_of_made[i];
  }
  return std::nullopt;
}

}  // namespace

std::vector<MaskPlan::LengthUse> find_length_use(const Dag& dag, const MaskPlan& plan,
                                                 const meta::Trace& trace,
                                                 const std::vector<int>& vertex_of_made) {
  using Use = MaskPlan::LengthUse;
  std::optional<int> vertex = finds_sizes_in_numbers(trace, vertex_of_made);
  // A state belongs to the sequence at the same place of the batch before.
  if (trace.asked_for_state() && !vertex_of_made.empty()) {
    vertex = vertex_of_made[std::min(*trace.asked_for_state(), vertex_of_made.size() - 1)];
  }
  if (vertex) return std::vector<Use>(plan.outputs.size(), {Use::Kind::Depends, *vertex});
  LengthWalk walk(trace);
  for (const Endpoint& input : dag.inputs()) {
    EdgeFacts facts = dag.node(input.vertex).outputs[0];
    facts.value = plan.vertices[static_cast<std::size_t>(input.vertex)].values[0];
    walk.feed(facts);
  }
  walk.run();
  std::vector<Use> uses;
  for (std::size_t i = 0; i < plan.outputs.size(); ++i) {
    const ValueNumber& value = plan.outputs[i].value;
    const Extent extent = walk.extent(value);
    const auto made = std::ranges::find(trace.made(), extent.by);
    const auto place = static_cast<std::size_t>(made - trace.made().begin());
    const bool is_made = made != trace.made().end();
    uses.push_back(use_of(extent, is_made ? vertex_of_made[place] : dag.outputs()[i].vertex));
  }
  return uses;
}

}  // namespace domino
