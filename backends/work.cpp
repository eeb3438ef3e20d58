#include "domino/backends/work.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "domino/backends/packing.h"
#include "domino/core/mask.h"
#include "domino/core/row_map.h"

namespace domino {
namespace {

double numbers_in(const Tensor& x) {
  return static_cast<double>(x.is_packed() ? x.rows().elements() : x.elements());
}

std::int64_t rows_of(const Tensor& x) {
  if (x.is_packed()) return x.row_map()->rows();
  if (x.rank() == 0) return 1;
  return x.rank() < 3 ? x.size(0) : x.size(0) * x.size(1);
}

/// Of a (batch, steps) mask, or how many steps there are without one.
std::int64_t kept_steps(const Tensor& mask, const Tensor& x) {
  const std::int64_t steps = x.size(0) * x.size(1);
  if (!mask.defined() || mask.elements() != steps) return steps;
  return Mask(on_host(mask).viewed_as({x.size(0), x.size(1)})).structure().valid;
}

template <class Op>
Work work(const Op&, op::Inputs inputs) {
  if (inputs.empty()) return {};
  return {rows_of(inputs[0]), numbers_in(inputs[0])};
}

Work work(const op::Take&, op::Inputs inputs) {
  const std::int64_t rows = inputs[1].elements();
  const auto width =
      numbers_in(inputs[0]) / static_cast<double>(std::max<std::int64_t>(rows_of(inputs[0]), 1));
  return {rows, static_cast<double>(rows) * width};
}

Work work(const op::Embedding&, op::Inputs inputs) {
  const Tensor& ids = inputs[0];
  const std::int64_t rows = ids.is_packed() ? ids.row_map()->rows() : ids.elements();
  return {rows, static_cast<double>(rows * inputs[1].size(1))};
}

Work work(const op::Dense&, op::Inputs inputs) {
  return {rows_of(inputs[0]), 2 * numbers_in(inputs[0]) * static_cast<double>(inputs[1].size(1))};
}

Work work(const op::MatMul& op, op::Inputs inputs) {
  const auto inner = static_cast<double>(inputs[0].size(op.transpose_a ? -2 : -1));
  const auto columns = static_cast<double>(inputs[1].size(op.transpose_b ? -2 : -1));
  const auto lines = static_cast<double>(inputs[0].size(op.transpose_a ? -1 : -2));
  const double products =
      std::max(numbers_in(inputs[0]) / (lines * inner), numbers_in(inputs[1]) / (inner * columns));
  return {rows_of(inputs[0]), 2 * products * lines * inner * columns};
}

Work work(const op::Conv1D& op, op::Inputs inputs) {
  const Tensor& x = inputs[0];
  const Tensor& kernel = inputs[1];
  const std::int64_t width = (kernel.size(0) - 1) * op.dilation + 1;
  const std::int64_t steps = (x.size(1) + op.pad_before + op.pad_after - width) / op.stride + 1;
  return {rows_of(x), 2 * static_cast<double>(x.size(0) * steps * kernel.elements())};
}

Work work(const op::Rnn&, op::Inputs inputs) {
  const std::int64_t steps = kept_steps(inputs[1], inputs[0]);
  const auto weights = static_cast<double>(inputs[2].elements() + inputs[3].elements());
  return {steps, 2 * static_cast<double>(steps) * weights};
}

/// The kept steps of each sequence of `x`; all of them without a mask of steps.
std::vector<std::int64_t> kept_by_sequence(const Tensor& mask, const Tensor& x) {
  const bool of_steps = mask.defined() && mask.shape() == Shape{x.size(0), x.size(1)};
  if (of_steps) return Mask(on_host(mask)).structure().counts;
  return std::vector<std::int64_t>(static_cast<std::size_t>(x.size(0)), x.size(1));
}

/// As many scores as pairs of a query and a key of one sequence that no mask of steps hides.
Work work(const op::Attention&, op::Inputs inputs) {
  const Tensor& query = inputs[0];
  const std::vector<std::int64_t> queries = kept_by_sequence(inputs[3], query);
  const std::vector<std::int64_t> keys = kept_by_sequence(inputs[4], inputs[1]);
  const auto pairs = static_cast<double>(
      std::inner_product(queries.begin(), queries.end(), keys.begin(), std::int64_t{0}));
  const auto widths = static_cast<double>(query.size(3) + inputs[2].size(3));
  return {rows_of(query), 2 * pairs * static_cast<double>(query.size(2)) * widths};
}

}  // namespace

Work work_of(const op::Operation& operation, op::Inputs inputs) {
  return std::visit([&](const auto& op) { return work(op, inputs); }, operation);
}

}  // namespace domino
