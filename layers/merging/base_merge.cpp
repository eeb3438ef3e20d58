#include "domino/layers/merging/base_merge.h"

#include <algorithm>

#include "domino/backends/ops.h"
#include "domino/core/check.h"

namespace domino::layers {
namespace {

Shape behind_batch(const Shape& shape) { return shape.rank() == 0 ? shape : shape.without(0); }

bool same_batch(const Shape& a, const Shape& b) {
  if (a.rank() == 0 || b.rank() == 0) return true;
  return a[0] == b[0] || a[0] == kAny || b[0] == kAny;
}

}  // namespace

void check_mergeable(const std::vector<Shape>& shapes) {
  check<ShapeError>(!shapes.empty(), "merges a list of tensors; the list is empty");
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      check(same_batch(shapes[i], shapes[j]),
            "merges tensors of one batch size; {} and {} have different ones", shapes[j],
            shapes[i]);
      check(broadcasts(behind_batch(shapes[i]), behind_batch(shapes[j])),
            "merges tensors whose sizes are equal or 1; {} and {} do not fit", shapes[j],
            shapes[i]);
    }
  }
}

Tensors with_one_rank(const Tensors& inputs) {
  int rank = 0;
  for (const Tensor& x : inputs) rank = std::max(rank, x.rank());
  Tensors result = inputs;
  for (Tensor& x : result) {
    while (x.rank() < rank) x = ops::expand_dims(x, std::min(1, x.rank()));
  }
  return result;
}

OptionalMask any_of_masks(const OptionalMasks& masks) {
  OptionalMask result = masks.front();
  for (const OptionalMask& mask : masks) {
    if (!mask) return std::nullopt;
  }
  for (std::size_t i = 1; i < masks.size(); ++i) {
    check<MaskError>(broadcasts(result->shape(), masks[i]->shape()),
                     "its inputs carry masks of shapes {} and {}, which do not fit each other; "
                     "expected those of the inputs, such as (batch, steps)",
                     result->shape(), masks[i]->shape());
    result = ops::logical_or(*result, *masks[i]);
  }
  return result;
}

void check_step_mask(const Tensor& x) {
  const Shape& mask = x.mask()->shape();
  check<MaskError>(mask.rank() + 1 == x.rank() && broadcasts_to(mask, x.shape().without(-1)),
                   "an input of shape {} carries a mask of shape {}; expected one axis less than "
                   "the input, such as (batch, steps)",
                   x.shape(), mask);
}

Tensor mask_of_entries(const Tensor& x) {
  if (!x.mask()) return {};
  check_step_mask(x);
  return ops::broadcast_to(ops::expand_dims(*x.mask(), -1), x.shape());
}

OptionalMask mask_of_steps(const Tensor& entries) {
  return entries.defined() ? OptionalMask(ops::any(entries, {-1})) : std::nullopt;
}

Tensor merge_unmasked(const Tensors& inputs, Tensor (*merge)(const Tensor&, const Tensor&)) {
  Tensor result = inputs.front();
  Tensor kept = mask_of_entries(result);
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    Tensor x = inputs[i];
    const Tensor kept_here = mask_of_entries(x);
    if (kept_here.defined()) x = ops::where(kept_here, x, result);
    if (kept.defined()) result = ops::where(kept, result, x);
    const bool both = kept.defined() && kept_here.defined();
    kept = both ? ops::logical_or(kept, kept_here) : Tensor();
    result = merge(result, x);
  }
  return kept.defined() ? result.with_mask(mask_of_steps(kept)) : result;
}

}  // namespace domino::layers
