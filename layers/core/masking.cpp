#include "domino/layers/core/masking.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/graph/operation_arguments.h"

namespace domino::layers {

void MaskingOptions::fields(Fields& f) { f("mask_value", mask_value); }

Masking::Masking(MaskingOptions options) : UnaryLayer(options.name), options_(std::move(options)) {
  check<ValueError>(options_.mask_value.given(),
                    "Masking: mask_value is None; expected a number or an array of numbers");
}

/// In the dtype that Keras makes of it, in which it is compared.
ops::Operand Masking::masked_value(const Tensor& x) const {
  const Config value = options_.mask_value.to_config();
  if (value.is_number()) return value.as_double();
  Tensor array = constant_tensor(value, x.is_meta());
  check(broadcasts_to(array.shape(), x.shape()),
        "its mask_value has shape {}, which does not broadcast to {}", array.shape(), x.shape());
  return array;
}

Tensor Masking::call(const Tensor& x) const {
  const OptionalMask kept = compute_mask(x);
  return ops::where(ops::expand_dims(*kept, -1), x, 0).with_mask(kept);
}

OptionalMask Masking::compute_mask(const Tensor& x, const OptionalMask&) const {
  check(x.rank() >= 1, "needs (batch, ..., features), got {}", x.shape());
  return ops::any(ops::not_equal(x, masked_value(x)), {-1});
}

}  // namespace domino::layers
