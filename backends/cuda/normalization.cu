#include <cmath>

#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/teams.h"

namespace domino::cuda {
namespace {

/// What is put on a normalised number: gamma and beta, either of which may be null.
template <class T>
struct Affine {
  const T* gamma;
  const T* beta;
  DOMINO_HOST_DEVICE T operator()(T x, std::int64_t i) const {
    if (gamma != nullptr) x *= gamma[i];
    return beta != nullptr ? x + beta[i] : x;
  }
};

template <class T>
struct NormalizeRows {
  struct Shared {
    double sum[kThreads];
    double squares[kThreads];
  };
  using Local = Nothing;

  Teams teams;
  std::int64_t width;
  double epsilon;
  const T* x;
  Affine<T> affine;
  T* y;

  DOMINO_HOST_DEVICE int phases(std::int64_t) const { return 2 * teams.folds() + 3; }
  DOMINO_HOST_DEVICE void phase(int phase, const Place& at, Local&, Shared& shared) const {
    if (!teams.has_line(at)) return;
    const int folds = teams.folds();
    const auto over_width = static_cast<double>(width);
    if (phase == 0) {
      shared.sum[at.thread] = sum(at);
    } else if (phase <= folds) {
      teams.fold(phase - 1, at, shared.sum, Sum());
    } else if (phase == folds + 1) {
      shared.squares[at.thread] = squares(at, shared.sum[teams.first(at)] / over_width);
    } else if (phase <= 2 * folds + 1) {
      teams.fold(phase - folds - 2, at, shared.squares, Sum());
    } else {
      const double variance = shared.squares[teams.first(at)] / over_width;
      normalize(at, shared.sum[teams.first(at)] / over_width, 1 / std::sqrt(variance + epsilon));
    }
  }

 private:
  DOMINO_HOST_DEVICE double sum(const Place& at) const {
    const T* row = x + teams.line(at) * width;
    double sum = 0;
    for (std::int64_t i = teams.member(at); i < width; i += teams.size()) {
      sum += static_cast<double>(row[i]);
    }
    return sum;
  }

  DOMINO_HOST_DEVICE double squares(const Place& at, double mean) const {
    const T* row = x + teams.line(at) * width;
    double sum = 0;
    for (std::int64_t i = teams.member(at); i < width; i += teams.size()) {
      const double apart = static_cast<double>(row[i]) - mean;
      sum += apart * apart;
    }
    return sum;
  }

  DOMINO_HOST_DEVICE void normalize(const Place& at, double mean, double scale) const {
    const std::int64_t row = teams.line(at) * width;
    for (std::int64_t i = teams.member(at); i < width; i += teams.size()) {
      const double apart = static_cast<double>(x[row + i]) - mean;
      y[row + i] = affine(static_cast<T>(apart * scale), i);
    }
  }
};

template <class T>
struct NormalizeByMoments {
  std::int64_t width;
  T epsilon;
  const T* x;
  const T* mean;
  const T* variance;
  Affine<T> affine;
  T* y;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t feature = i % width;
    y[i] = affine((x[i] - mean[feature]) / std::sqrt(variance[feature] + epsilon), feature);
  }
};

template <class T>
Affine<T> affine_of(op::Inputs inputs, std::size_t gamma) {
  return {numbers_if_given<T>(inputs, gamma), numbers_if_given<T>(inputs, gamma + 1)};
}

}  // namespace

void layer_norm(const op::LayerNorm& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& x = inputs[0];
  if (x.elements() == 0) return;
  const std::int64_t width = x.size(-1);
  const Teams teams(x.elements() / width, width, true);
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    launch(NormalizeRows<T>{teams, width, op.epsilon, numbers<T>(x), affine_of<T>(inputs, 1),
                            written<T>(outputs[0])},
           teams.blocks());
  });
}

void batch_norm(const op::BatchNorm& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& x = inputs[0];
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    for_each_index(x.elements(),
                   NormalizeByMoments<T>{x.size(-1), static_cast<T>(op.epsilon), numbers<T>(x),
                                         numbers<T>(inputs[1]), numbers<T>(inputs[2]),
                                         affine_of<T>(inputs, 3), written<T>(outputs[0])});
  });
}

}  // namespace domino::cuda
