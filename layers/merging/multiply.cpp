#include "domino/layers/merging/multiply.h"

#include <algorithm>
#include <utility>

#include "domino/backends/ops.h"

namespace domino::layers {

Multiply::Multiply(MergeOptions options) : Merge(std::move(options)) {}

Tensor Multiply::merge(const Tensors& inputs) const {
  const bool all_masked = std::all_of(inputs.begin(), inputs.end(),
                                      [](const Tensor& x) { return x.mask().has_value(); });
  Tensor product;
  Tensor kept;
  for (const Tensor& input : inputs) {
    const Tensor kept_here = mask_of_entries(input);
    const Tensor x = kept_here.defined() ? ops::where(kept_here, input, 1) : input;
    product = product.defined() ? ops::multiply(product, x) : x;
    if (all_masked) kept = kept.defined() ? ops::logical_or(kept, kept_here) : kept_here;
  }
  return all_masked ? ops::where(kept, product, 0).with_mask(mask_of_steps(kept)) : product;
}

}  // namespace domino::layers
