#include "domino/layers/merging/maximum.h"

#include <utility>

#include "domino/backends/ops.h"

namespace domino::layers {

Maximum::Maximum(MergeOptions options) : Merge(std::move(options)) {}

Tensor Maximum::merge(const Tensors& inputs) const {
  return merge_unmasked(inputs,
                        [](const Tensor& a, const Tensor& b) { return ops::maximum(a, b); });
}

}  // namespace domino::layers
