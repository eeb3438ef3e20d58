#include "domino/layers/merging/minimum.h"

#include <utility>

#include "domino/backends/ops.h"

namespace domino::layers {

Minimum::Minimum(MergeOptions options) : Merge(std::move(options)) {}

Tensor Minimum::merge(const Tensors& inputs) const {
  return merge_unmasked(inputs,
                        [](const Tensor& a, const Tensor& b) { return ops::minimum(a, b); });
}

}  // namespace domino::layers
