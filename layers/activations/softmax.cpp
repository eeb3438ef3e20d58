#include "domino/layers/activations/softmax.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/graph/mask_rules.h"

namespace domino::layers {

void SoftmaxOptions::fields(Fields& f) { f("axis", axis); }

Softmax::Softmax(SoftmaxOptions options) : UnaryLayer(options.name), options_(std::move(options)) {
  check<ValueError>(!options_.axis.given() || !options_.axis.values().empty(),
                    "Softmax: axis names no axis; expected one, as in -1, or several");
  set_supports_masking(true);
}

namespace {

Tensor of_rank(Tensor mask, int rank, int axis) {
  while (mask.rank() < rank) mask = ops::expand_dims(mask, axis);
  return mask;
}

/// The mask as bool, of x's rank.
Tensor kept_entries(const Tensor& x, const Mask& mask) {
  Tensor kept = mask.dtype() == DType::Bool ? mask.tensor() : ops::greater(mask, 0.5);
  // A model that is wired may run under Keras' rules, which lay the mask on from the right.
  const Tensor by_steps = of_rank(kept, x.rank(), -1);
  const bool by_features = x.is_meta() && !broadcasts_to(by_steps.shape(), x.shape());
  kept = by_features ? of_rank(kept, x.rank(), 0) : by_steps;
  check<MaskError>(
      broadcasts_to(kept.shape(), x.shape()),
      "a mask of shape {} for {}; expected a mask of steps, such as (batch, steps), or "
      "one that broadcasts to all entries",
      mask.shape(), x.shape());
  // Which entries the numbers will lie beside is not known then: no pass may read them off the mask.
  const bool is_open =
      x.is_meta() && mask.shape().rank() < x.rank() && current_rules() == MaskRules::Keras;
  return is_open ? ops::logical_not(ops::logical_not(kept)) : kept;
}

/// Keras' stand-in for a masked score.
double masked_score(DType dtype) { return dtype == DType::Float16 ? -3e4 : -1e9; }

}  // namespace

Tensor Softmax::call(const Tensor& x, const OptionalMask& mask) const {
  const ops::Axes axes = options_.axis.axes();
  if (!mask) return ops::softmax(x, axes);
  const Tensor kept = kept_entries(x, *mask);
  const Tensor scores = ops::where(kept, x, masked_score(x.dtype()));
  return ops::where(kept, ops::softmax(scores, axes), 0.0);
}

}  // namespace domino::layers
