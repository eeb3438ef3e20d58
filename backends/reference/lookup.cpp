#include "domino/backends/reference/lookup.h"

#include <algorithm>

#include "domino/backends/reference/elements.h"
#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/numbers.h"
#include "domino/backends/reference/walk.h"

namespace domino::reference {
namespace {

/// The index of element number `offset` of `shape`, printed as shapes are.
Shape position_of(std::int64_t offset, const Shape& shape) {
  std::vector<std::int64_t> position;
  for (const std::int64_t stride : strides_of(shape)) {
    position.push_back(offset / stride);
    offset %= stride;
  }
  return Shape(std::move(position));
}

/// Calls `report(index, position)` for the first index outside 0 ... `size` - 1.
template <class F>
void find_outside(const Tensor& indices, std::int64_t size, F report) {
  const auto numbers = widened<std::int64_t>(indices);
  const auto found =
      std::ranges::find_if(numbers, [&](std::int64_t index) { return index < 0 || index >= size; });
  if (found != numbers.end()) report(*found, position_of(found - numbers.begin(), indices.shape()));
}

/// x seen as (outer, size, inner): the slices of the middle axis that `indices` name.
void copy_slices(const Tensor& x, const Fold& fold, const Tensor& indices, Tensor& output) {
  const auto places = widened<std::int64_t>(indices);
  visit_element(x.dtype(), [&]<class E>(TypeTag<E>) {
    const E* from = elements<E>(x);
    E* to = elements<E>(output);
    for (std::int64_t i = 0; i < fold.outer; ++i) {
      for (const std::int64_t place : places) {
        to = std::copy_n(from + (i * fold.size + place) * fold.inner, fold.inner, to);
      }
    }
  });
}

}  // namespace

void check_token_ids(const Tensor& ids, std::int64_t rows) {
  find_outside(ids, rows, [&](std::int64_t id, const Shape& position) {
    fail<ValueError>(
        "embedding: token id {} at {} is outside the vocabulary; ids must be from 0 to {}, so "
        "raise input_dim or check the tokens",
        id, position, rows - 1);
  });
}

void check_indices(const Tensor& indices, const Shape& shape, int axis) {
  find_outside(indices, shape[axis], [&](std::int64_t index, const Shape& position) {
    fail<ValueError>("take: index {} at {} is outside axis {} of {}; indices must be from 0 to {}",
                     index, position, axis, shape, shape[axis] - 1);
  });
}

void take(const op::Take& op, op::Inputs inputs, op::Outputs outputs) {
  check_indices(inputs[1], inputs[0].shape(), op.axis);
  copy_slices(inputs[0], fold_around(inputs[0].shape(), op.axis), inputs[1], outputs[0]);
}

void embedding(const op::Embedding&, op::Inputs inputs, op::Outputs outputs) {
  check_token_ids(inputs[0], inputs[1].size(0));
  copy_slices(inputs[1], fold_around(inputs[1].shape(), 0), inputs[0], outputs[0]);
}

}  // namespace domino::reference
