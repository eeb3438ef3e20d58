#include <algorithm>
#include <limits>
#include <numeric>

#include "domino/backends/ops/ops_internal.h"
#include "domino/core/check.h"

namespace domino::ops {
namespace {

/// `axes` counted from the front, ascending, all of them if none is given.
Axes normalized(const Tensor& x, Axes axes) {
  if (axes.empty()) {
    axes.resize(static_cast<std::size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), 0);
  }
  for (int& axis : axes) axis = x.shape().axis(axis);
  std::ranges::sort(axes);
  check(std::ranges::adjacent_find(axes) == axes.end(), "an axis is named twice in ({}) for {}",
        fmt::join(axes, ", "), x.shape());
  return axes;
}

Tensor reduce(op::ReduceKind kind, const Tensor& x, const Axes& axes, bool keepdims) {
  // No axes left over means a scalar is "reduced": the number itself.
  if (x.rank() == 0) return x.without_mask();
  return run_one(op::Reduce{.kind = kind, .axes = normalized(x, axes), .keepdims = keepdims}, {x});
}

/// Sums of small integers and bools are counted in int32, as in Keras.
DType sum_dtype(DType dtype) {
  switch (dtype) {
    case DType::Bool:
    case DType::Int8:
    case DType::Int16:
      return DType::Int32;
    case DType::UInt8:
    case DType::UInt16:
      return DType::UInt32;
    default:
      return dtype;
  }
}

}  // namespace

// clang-format off
Tensor max(const Tensor& x, const Axes& axes, bool keepdims) { return reduce(op::ReduceKind::Max, x, axes, keepdims); }
Tensor min(const Tensor& x, const Axes& axes, bool keepdims) { return reduce(op::ReduceKind::Min, x, axes, keepdims); }
Tensor any(const Tensor& x, const Axes& axes, bool keepdims) { return reduce(op::ReduceKind::Any, as_bool(x), axes, keepdims); }
Tensor all(const Tensor& x, const Axes& axes, bool keepdims) { return reduce(op::ReduceKind::All, as_bool(x), axes, keepdims); }
// clang-format on

Tensor sum(const Tensor& x, const Axes& axes, bool keepdims) {
  return reduce(op::ReduceKind::Sum, cast(x, sum_dtype(x.dtype())), axes, keepdims);
}

Tensor prod(const Tensor& x, const Axes& axes, bool keepdims) {
  return reduce(op::ReduceKind::Prod, cast(x, sum_dtype(x.dtype())), axes, keepdims);
}

Tensor mean(const Tensor& x, const Axes& axes, bool keepdims) {
  return reduce(op::ReduceKind::Mean, cast(x, to_floating(x.dtype())), axes, keepdims);
}

namespace {

double neutral(StepsReduce how) {
  return how == StepsReduce::Max ? -std::numeric_limits<double>::infinity() : 0.0;
}

Tensor reduce_all_steps(const Tensor& x, StepsReduce how, int axis, bool keepdims) {
  switch (how) {
    case StepsReduce::Sum:
      return sum(x, {axis}, keepdims);
    case StepsReduce::Mean:
      return mean(x, {axis}, keepdims);
    case StepsReduce::Max:
      return max(x, {axis}, keepdims);
  }
  return x;
}

}  // namespace

Tensor reduce_steps(const Tensor& x, const OptionalMask& mask, StepsReduce how, int axis,
                    bool keepdims) {
  if (!mask) return reduce_all_steps(x, how, axis, keepdims);
  const int steps = x.shape().axis(axis);
  check<MaskError>(mask->shape() == Shape{x.size(0), x.size(steps)},
                   "a mask of shape {} for {}; expected (batch, steps), here {}", mask->shape(),
                   x.shape(), Shape{x.size(0), x.size(steps)});
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(x.rank()), 1);
  sizes[0] = x.size(0);
  sizes[static_cast<std::size_t>(steps)] = x.size(steps);
  const Tensor kept = reshape(as_bool(*mask), Shape(std::move(sizes)));
  const Tensor selected = where(kept, x, neutral(how));
  if (how != StepsReduce::Mean) return reduce_all_steps(selected, how, axis, keepdims);
  const Tensor count = sum(cast(kept, selected.dtype()), {steps}, keepdims);
  return divide(sum(selected, {steps}, keepdims), count);
}

}  // namespace domino::ops
