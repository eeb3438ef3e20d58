#include <limits>

#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/numbers.h"
#include "domino/backends/reference/walk.h"

namespace domino::reference {
namespace {

/// Calls `f(from, to)` for every element of `from` with its place in the reduced tensor.
template <class F>
void each_reduced(const Shape& from, const std::vector<int>& axes, F f) {
  Shape kept = from;
  for (const int axis : axes) kept = kept.with(axis, 1);
  walk<2>(from, {strides_of(from), broadcast_strides(kept, from)}, [&](const Offsets<2>& at) {
    f(static_cast<std::size_t>(at[0]), static_cast<std::size_t>(at[1]));
  });
}

/// Sum, mean and product. `Wide` is double for floats, and for integers a type that wraps.
template <class Wide>
void accumulate(const op::Reduce& op, const Tensor& x, Tensor& output) {
  const bool product = op.kind == op::ReduceKind::Prod;
  const std::vector<Wide> numbers = widened<Wide>(x);
  std::vector<Wide> totals(static_cast<std::size_t>(output.elements()), product ? Wide{1} : Wide{});
  each_reduced(x.shape(), op.axes, [&](std::size_t from, std::size_t to) {
    totals[to] = product ? totals[to] * numbers[from] : totals[to] + numbers[from];
  });
  if (op.kind == op::ReduceKind::Mean) {
    Wide count{1};
    for (const int axis : op.axes) count *= static_cast<Wide>(x.size(axis));
    for (Wide& total : totals) total /= count;
  }
  store(totals, output);
}

template <class T>
T lowest() {
  if constexpr (std::is_floating_point_v<T>) return -std::numeric_limits<T>::infinity();
  return std::numeric_limits<T>::lowest();
}

template <class T>
T highest() {
  if constexpr (std::is_floating_point_v<T>) return std::numeric_limits<T>::infinity();
  return std::numeric_limits<T>::max();
}

void extreme(const op::Reduce& op, const Tensor& x, Tensor& output) {
  const bool highest_wins = op.kind == op::ReduceKind::Max;
  visit_computed(x.dtype(), [&]<class T>(TypeTag<T>) {
    const auto numbers = x.data<T>();
    const auto best = output.mutable_data<T>();
    for (T& number : best) number = highest_wins ? lowest<T>() : highest<T>();
    each_reduced(x.shape(), op.axes, [&](std::size_t from, std::size_t to) {
      const T number = numbers[from];
      const bool wins = highest_wins ? best[to] < number : number < best[to];
      // NaN beats every number, whichever comes first.
      if (wins || number != number) best[to] = number;
    });
  });
}

void quantify(const op::Reduce& op, const Tensor& x, Tensor& output) {
  const bool all = op.kind == op::ReduceKind::All;
  visit_computed(x.dtype(), [&]<class T>(TypeTag<T>) {
    const auto numbers = x.data<T>();
    const auto flags = output.mutable_data<bool>();
    for (bool& flag : flags) flag = all;
    each_reduced(x.shape(), op.axes, [&](std::size_t from, std::size_t to) {
      if ((numbers[from] != T{}) != all) flags[to] = !all;
    });
  });
}

}  // namespace

void reduce(const op::Reduce& op, op::Inputs inputs, op::Outputs outputs) {
  switch (op.kind) {
    case op::ReduceKind::Sum:
    case op::ReduceKind::Mean:
    case op::ReduceKind::Prod:
      if (is_floating(outputs[0].dtype())) return accumulate<double>(op, inputs[0], outputs[0]);
      return accumulate<std::uint64_t>(op, inputs[0], outputs[0]);
    case op::ReduceKind::Max:
    case op::ReduceKind::Min:
      return extreme(op, inputs[0], outputs[0]);
    case op::ReduceKind::Any:
    case op::ReduceKind::All:
      return quantify(op, inputs[0], outputs[0]);
  }
}

}  // namespace domino::reference
