#include <algorithm>

#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/numbers.h"
#include "domino/backends/reference/reduction.h"
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

}  // namespace

void reduce(const op::Reduce& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& x = inputs[0];
  visit_computed(x.dtype(), [&]<class T>(TypeTag<T>) {
    const auto numbers = x.data<T>();
    std::vector<Total<T>> totals(static_cast<std::size_t>(outputs[0].elements()),
                                 neutral<Total<T>>(op.kind));
    each_reduced(x.shape(), op.axes, [&](std::size_t from, std::size_t to) {
      totals[to] = combine(op.kind, totals[to], static_cast<Total<T>>(numbers[from]));
    });
    if (op.kind == op::ReduceKind::Mean) {
      Total<T> count{1};
      for (const int axis : op.axes) count *= static_cast<Total<T>>(x.size(axis));
      for (Total<T>& total : totals) total /= count;
    }
    std::ranges::transform(totals, outputs[0].mutable_data<T>().begin(),
                           [](Total<T> total) { return static_cast<T>(total); });
  });
}

}  // namespace domino::reference
