#include "domino/layers/merging/average.h"

#include <utility>

#include "domino/backends/ops.h"

namespace domino::layers {

Average::Average(MergeOptions options) : Merge(std::move(options)) {}

Tensor Average::merge(const Tensors& inputs) const {
  Tensor sum = inputs.front();
  for (std::size_t i = 1; i < inputs.size(); ++i) sum = ops::add(sum, inputs[i]);
  // As TensorFlow divides integers.
  if (!is_floating(sum.dtype())) sum = ops::cast(sum, DType::Float64);
  return ops::divide(sum, static_cast<int>(inputs.size()));
}

}  // namespace domino::layers
