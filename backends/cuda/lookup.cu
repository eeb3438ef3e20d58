#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/refusal.h"
#include "domino/backends/late_errors_internal.h"
#include "domino/backends/reference/walk.h"

namespace domino::cuda {
namespace {

using reference::Fold;

/// x seen as (outer, size, inner): the slices of the middle axis that `indices` name.
template <class T, class Index>
struct CopySlices {
  Fold fold;
  std::int64_t places;
  const T* x;
  const Index* indices;
  T* y;
  Refusal refusal;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t slice = i / fold.inner;
    const std::int64_t outer = slice / places;
    const std::int64_t index = indices[slice - outer * places];
    const bool inside = index >= 0 && index < fold.size;
    if (!inside) refusal.note();
    y[i] = inside ? x[(outer * fold.size + index) * fold.inner + (i - slice * fold.inner)] : T{};
  }
};

template <class Index>
void copy_slices(const op::Operation& operation, op::Inputs inputs, const Tensor& x, int axis,
                 const Tensor& indices, Tensor& y) {
  if (y.elements() == 0) return;
  const Refusal refusal = IndicesOfMap::are_given() ? Refusal() : watch(operation, inputs);
  visit_size(x.dtype(), [&]<class T>(TypeTag<T>) {
    for_each_index(
        y.elements(),
        CopySlices<T, Index>{reference::fold_around(x.shape(), axis), indices.elements(),
                             numbers<T>(x), numbers<Index>(indices), written<T>(y), refusal});
  });
}

template <class T>
struct CountNumbers {
  op::Bincount op;
  std::int64_t length;
  const std::int64_t* numbers;
  const T* weights;
  T* counts;
  Refusal refusal;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t number = numbers[i];
    if (number < 0) return refusal.note();
    if (number >= op.depth) return;
    const std::int64_t row = i / length;
    // The first of equal numbers counts them all: sums come out the same in every run.
    for (std::int64_t j = row * length; j < i; ++j) {
      if (numbers[j] == number) return;
    }
    counts[row * op.depth + number] = op.binary ? T{1} : count(i, (row + 1) * length);
  }

 private:
  DOMINO_HOST_DEVICE T count(std::int64_t first, std::int64_t end) const {
    double count = 0;
    for (std::int64_t j = first; j < end; ++j) {
      if (numbers[j] != numbers[first]) continue;
      count += weights == nullptr ? 1 : static_cast<double>(weights[j]);
    }
    return static_cast<T>(count);
  }
};

template <class T>
void count_numbers(const op::Bincount& op, op::Inputs inputs, Tensor& counts) {
  const Tensor& x = inputs[0];
  set_to_zero(counts);
  if (x.elements() == 0) return;
  for_each_index(x.elements(), CountNumbers<T>{op, x.size(-1), numbers<std::int64_t>(x),
                                               numbers_if_given<T>(inputs, 1), written<T>(counts),
                                               watch(op, inputs)});
}

}  // namespace

void take(const op::Take& op, op::Inputs inputs, op::Outputs outputs) {
  copy_slices<std::int32_t>(op, inputs, inputs[0], op.axis, inputs[1], outputs[0]);
}

void embedding(const op::Embedding& op, op::Inputs inputs, op::Outputs outputs) {
  if (inputs[0].dtype() == DType::Int64) {
    return copy_slices<std::int64_t>(op, inputs, inputs[1], 0, inputs[0], outputs[0]);
  }
  copy_slices<std::int32_t>(op, inputs, inputs[1], 0, inputs[0], outputs[0]);
}

void bincount(const op::Bincount& op, op::Inputs inputs, op::Outputs outputs) {
  if (outputs[0].dtype() == DType::Int64)
    return count_numbers<std::int64_t>(op, inputs, outputs[0]);
  visit_floating(outputs[0].dtype(),
                 [&]<class T>(TypeTag<T>) { count_numbers<T>(op, inputs, outputs[0]); });
}

}  // namespace domino::cuda
