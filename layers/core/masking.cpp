#include "domino/layers/core/masking.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"

namespace domino::layers {

void MaskingOptions::fields(Fields& f) { f("mask_value", mask_value); }

Masking::Masking(MaskingOptions options) : UnaryLayer(options.name), options_(std::move(options)) {}

Tensor Masking::call(const Tensor& x) const {
  const OptionalMask kept = compute_mask(x);
  return ops::where(ops::expand_dims(*kept, -1), x, 0).with_mask(kept);
}

OptionalMask Masking::compute_mask(const Tensor& x, const OptionalMask&) const {
  check(x.rank() >= 1, "needs (batch, ..., features), got {}", x.shape());
  return ops::any(ops::not_equal(x, options_.mask_value), {-1});
}

}  // namespace domino::layers
