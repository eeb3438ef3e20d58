#include <cmath>
#include <limits>

#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/teams.h"
#include "domino/backends/reference/walk.h"

namespace domino::cuda {
namespace {

/// NaN is none.
struct Highest {
  template <class T>
  DOMINO_HOST_DEVICE T operator()(T a, T b) const {
    return a < b ? b : a;
  }
};

template <class T>
struct SoftmaxLines {
  struct Shared {
    T highest[kThreads];
    double sum[kThreads];
  };
  using Local = Nothing;

  Teams teams;
  std::int64_t length;
  std::int64_t stride;
  const T* x;
  T* y;

  DOMINO_HOST_DEVICE int phases(std::int64_t) const { return 2 * teams.folds() + 3; }
  DOMINO_HOST_DEVICE void phase(int phase, const Place& at, Local&, Shared& shared) const {
    if (!teams.has_line(at)) return;
    const int folds = teams.folds();
    if (phase == 0) {
      shared.highest[at.thread] = highest(at);
    } else if (phase <= folds) {
      teams.fold(phase - 1, at, shared.highest, Highest());
    } else if (phase == folds + 1) {
      shared.sum[at.thread] = raise(at, shared.highest[teams.first(at)]);
    } else if (phase <= 2 * folds + 1) {
      teams.fold(phase - folds - 2, at, shared.sum, Sum());
    } else {
      divide(at, static_cast<T>(shared.sum[teams.first(at)]));
    }
  }

 private:
  DOMINO_HOST_DEVICE std::int64_t begin(const Place& at) const {
    const std::int64_t line = teams.line(at);
    return line / stride * length * stride + line % stride;
  }

  DOMINO_HOST_DEVICE T highest(const Place& at) const {
    const T* line = x + begin(at);
    T best = -std::numeric_limits<T>::infinity();
    for (std::int64_t i = teams.member(at); i < length; i += teams.size()) {
      best = Highest()(best, line[i * stride]);
    }
    return best;
  }

  DOMINO_HOST_DEVICE double raise(const Place& at, T highest) const {
    const std::int64_t first = begin(at);
    double sum = 0;
    for (std::int64_t i = teams.member(at); i < length; i += teams.size()) {
      const T power = std::exp(x[first + i * stride] - highest);
      y[first + i * stride] = power;
      sum += static_cast<double>(power);
    }
    return sum;
  }

  DOMINO_HOST_DEVICE void divide(const Place& at, T sum) const {
    T* line = y + begin(at);
    for (std::int64_t i = teams.member(at); i < length; i += teams.size()) line[i * stride] /= sum;
  }
};

}  // namespace

void softmax(const op::Softmax& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& x = inputs[0];
  if (x.elements() == 0) return;
  const reference::Fold fold = reference::fold_around(x.shape(), op.axis);
  const Teams teams(fold.outer * fold.inner, fold.size, fold.inner == 1);
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    launch(SoftmaxLines<T>{teams, fold.size, fold.inner, numbers<T>(x), written<T>(outputs[0])},
           teams.blocks());
  });
}

}  // namespace domino::cuda
