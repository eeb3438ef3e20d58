#include "domino/layers/merging/add.h"

#include <utility>

#include "domino/backends/ops.h"

namespace domino::layers {

Add::Add(MergeOptions options) : Merge(std::move(options)) {}

Tensor Add::merge(const Tensors& inputs) const {
  Tensor sum = inputs.front();
  for (std::size_t i = 1; i < inputs.size(); ++i) sum = ops::add(sum, inputs[i]);
  return sum;
}

}  // namespace domino::layers
