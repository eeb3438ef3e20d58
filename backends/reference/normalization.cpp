#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/numbers.h"
#include "domino/backends/reference/walk.h"

namespace domino::reference {
namespace {

/// Softmax of `size` numbers that lie `stride` apart.
void softmax_line(double* x, std::int64_t size, std::int64_t stride) {
  double highest = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < size; ++i) highest = std::max(highest, x[i * stride]);
  double sum = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    x[i * stride] = std::exp(x[i * stride] - highest);
    sum += x[i * stride];
  }
  for (std::int64_t i = 0; i < size; ++i) x[i * stride] /= sum;
}

/// What is put on a normalised row: gamma and beta, either of which may be empty.
struct Affine {
  std::vector<double> gamma;
  std::vector<double> beta;
  double operator()(double x, std::size_t i) const {
    return (gamma.empty() ? x : x * gamma[i]) + (beta.empty() ? 0 : beta[i]);
  }
};

void normalize_row(std::span<double> row, double epsilon, const Affine& affine) {
  const auto width = static_cast<double>(row.size());
  double mean = 0;
  for (const double x : row) mean += x / width;
  double variance = 0;
  for (const double x : row) variance += (x - mean) * (x - mean) / width;
  const double scale = 1 / std::sqrt(variance + epsilon);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = affine((row[i] - mean) * scale, i);
}

}  // namespace

void softmax(const op::Softmax& op, op::Inputs inputs, op::Outputs outputs) {
  const Fold fold = fold_around(inputs[0].shape(), op.axis);
  std::vector<double> x = widened(inputs[0]);
  for (std::int64_t i = 0; i < fold.outer; ++i) {
    for (std::int64_t j = 0; j < fold.inner; ++j) {
      softmax_line(x.data() + i * fold.size * fold.inner + j, fold.size, fold.inner);
    }
  }
  store(x, outputs[0]);
}

void layer_norm(const op::LayerNorm& op, op::Inputs inputs, op::Outputs outputs) {
  const Affine affine{widened_if_given(inputs, 1), widened_if_given(inputs, 2)};
  const auto width = static_cast<std::size_t>(inputs[0].size(-1));
  std::vector<double> x = widened(inputs[0]);
  for (std::size_t begin = 0; begin < x.size(); begin += width) {
    normalize_row(std::span(x).subspan(begin, width), op.epsilon, affine);
  }
  store(x, outputs[0]);
}

void batch_norm(const op::BatchNorm& op, op::Inputs inputs, op::Outputs outputs) {
  const std::vector<double> mean = widened(inputs[1]);
  const std::vector<double> variance = widened(inputs[2]);
  const Affine affine{widened_if_given(inputs, 3), widened_if_given(inputs, 4)};
  std::vector<double> x = widened(inputs[0]);
  for (std::size_t at = 0; at < x.size(); ++at) {
    const std::size_t i = at % mean.size();
    x[at] = affine((x[at] - mean[i]) / std::sqrt(variance[i] + op.epsilon), i);
  }
  store(x, outputs[0]);
}

}  // namespace domino::reference
