#include <algorithm>

#include "domino/backends/backend.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/strided.h"
#include "domino/backends/cuda/teams.h"
#include "domino/backends/reference/reduction.h"
#include "domino/core/row_map.h"

namespace domino::cuda {
namespace {

using reference::Strides;

/// Number `i` of each line that is reduced.
template <class T>
struct NumbersOfAxes {
  Strided<1> kept;
  Strided<1> reduced;
  const T* x;
  DOMINO_HOST_DEVICE std::int64_t count() const { return reduced.count; }
  DOMINO_HOST_DEVICE T at(std::int64_t line, std::int64_t i) const {
    return x[kept.offsets(line).of[0] + reduced.offsets(i).of[0]];
  }
};

/// The same of the steps of a packed tensor (batch, steps, ...), `width` numbers at each.
template <class T>
struct NumbersOfSteps {
  std::int64_t steps;
  std::int64_t width;
  const std::int32_t* row_of;
  const T* rows;
  DOMINO_HOST_DEVICE std::int64_t count() const { return steps; }
  DOMINO_HOST_DEVICE T at(std::int64_t line, std::int64_t i) const {
    const std::int64_t sequence = line / width;
    const std::int64_t row = row_of[sequence * steps + i];
    return rows[row * width + line - sequence * width];
  }
};

template <class T, class Numbers>
struct ReduceLines {
  using Total = reference::Total<T>;
  struct Shared {
    Total totals[kThreads];
  };
  using Local = Nothing;

  struct Join {
    op::ReduceKind kind;
    DOMINO_HOST_DEVICE Total operator()(Total a, Total b) const {
      return reference::combine(kind, a, b);
    }
  };

  op::ReduceKind kind;
  Teams teams;
  Numbers x;
  T* y;

  DOMINO_HOST_DEVICE int phases(std::int64_t) const { return teams.folds() + 2; }
  DOMINO_HOST_DEVICE void phase(int phase, const Place& at, Local&, Shared& shared) const {
    if (!teams.has_line(at)) return;
    if (phase == 0) {
      shared.totals[at.thread] = part(at);
    } else if (phase <= teams.folds()) {
      teams.fold(phase - 1, at, shared.totals, Join{kind});
    } else if (teams.member(at) == 0) {
      y[teams.line(at)] = finished(shared.totals[at.thread]);
    }
  }

 private:
  DOMINO_HOST_DEVICE Total part(const Place& at) const {
    const std::int64_t line = teams.line(at);
    Total total = reference::neutral<Total>(kind);
    for (std::int64_t i = teams.member(at); i < x.count(); i += teams.size()) {
      total = reference::combine(kind, total, static_cast<Total>(x.at(line, i)));
    }
    return total;
  }

  DOMINO_HOST_DEVICE T finished(Total total) const {
    if (kind == op::ReduceKind::Mean) total /= static_cast<Total>(x.count());
    return static_cast<T>(total);
  }
};

/// Some axes of a tensor, with how they lie in it.
struct Axes {
  std::vector<std::int64_t> sizes;
  Strides strides;
  void add(std::int64_t size, std::int64_t stride) {
    sizes.push_back(size);
    strides.push_back(stride);
  }
  Strided<1> space() const { return strided<1>(Shape(sizes), {strides}); }
};

}  // namespace

void reduce(const op::Reduce& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& x = inputs[0];
  if (outputs[0].elements() == 0) return;
  const Strides strides = reference::strides_of(x.shape());
  Axes kept;
  Axes reduced;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool goes = std::ranges::find(op.axes, axis) != op.axes.end();
    (goes ? reduced : kept).add(x.size(axis), strides[static_cast<std::size_t>(axis)]);
  }
  const Strided<1> lines = kept.space();
  const Strided<1> line = reduced.space();
  const bool in_a_row = line.axes > 0 && line.strides[0][0] == 1;
  const Teams teams(lines.count, line.count, in_a_row);
  visit_computed(x.dtype(), [&]<class T>(TypeTag<T>) {
    using Numbers = NumbersOfAxes<T>;
    launch(ReduceLines<T, Numbers>{op.kind, teams, Numbers{lines, line, numbers<T>(x)},
                                   written<T>(outputs[0])},
           teams.blocks());
  });
}

bool accepts_packed_reduce(const op::Reduce& op, op::Inputs inputs) {
  const Tensor& x = inputs[0];
  return x.mapped_axes() == 2 && x.elements() > 0 && op.axes == std::vector<int>{1};
}

Tensors packed_reduce(const op::Reduce& op, op::Inputs inputs) {
  const Tensor& x = inputs[0];
  Tensor y = empty(op.keepdims ? x.shape().with(1, 1) : x.shape().without(1), x.dtype());
  const Teams teams(y.elements(), x.size(1), false);
  visit_computed(x.dtype(), [&]<class T>(TypeTag<T>) {
    using Numbers = NumbersOfSteps<T>;
    const Numbers steps{x.size(1), y.elements() / x.size(0),
                        numbers<std::int32_t>(resident(x.row_map()->indices())),
                        numbers<T>(x.rows())};
    launch(ReduceLines<T, Numbers>{op.kind, teams, steps, written<T>(y)}, teams.blocks());
  });
  return {y};
}

}  // namespace domino::cuda
