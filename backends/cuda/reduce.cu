#include <algorithm>

#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/strided.h"
#include "domino/backends/cuda/teams.h"
#include "domino/backends/reference/reduction.h"

namespace domino::cuda {
namespace {

using reference::Strides;

template <class T>
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
  Strided<1> kept;
  Strided<1> reduced;
  const T* x;
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
    const T* line = x + kept.offsets(teams.line(at)).of[0];
    Total total = reference::neutral<Total>(kind);
    for (std::int64_t i = teams.member(at); i < reduced.count; i += teams.size()) {
      const auto number = static_cast<Total>(line[reduced.offsets(i).of[0]]);
      total = reference::combine(kind, total, number);
    }
    return total;
  }

  DOMINO_HOST_DEVICE T finished(Total total) const {
    if (kind == op::ReduceKind::Mean) total /= static_cast<Total>(reduced.count);
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
    launch(ReduceLines<T>{op.kind, teams, lines, line, numbers<T>(x), written<T>(outputs[0])},
           teams.blocks());
  });
}

}  // namespace domino::cuda
