#include "domino/layers/merging/concatenate.h"

#include <algorithm>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"

namespace domino::layers {

void ConcatenateOptions::fields(Fields& f) { f("axis", axis); }

Concatenate::Concatenate(ConcatenateOptions options)
    : ListLayer(options.name), options_(std::move(options)) {}

Tensor Concatenate::call(const Tensors& inputs) const {
  check<ShapeError>(!inputs.empty(), "joins a list of tensors; the list is empty");
  const Shape& first = inputs.front().shape();
  const int axis = first.axis(options_.axis);
  for (const Tensor& x : inputs) {
    check(x.rank() == first.rank() && x.shape().with(axis, 0) == first.with(axis, 0),
          "joins tensors along axis {} that are equal in all other sizes; {} and {} are not",
          options_.axis, first, x.shape());
  }
  return ops::concatenate(inputs, options_.axis);
}

OptionalMask Concatenate::compute_mask(const Tensors& inputs, const OptionalMasks& masks) const {
  if (std::all_of(masks.begin(), masks.end(), [](const auto& mask) { return !mask; })) {
    return std::nullopt;
  }
  Tensors entries;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& x = inputs[i];
    if (!masks[i]) {
      entries.push_back(ops::ones_like(x, DType::Bool));
    } else if (masks[i]->shape().rank() < x.rank()) {
      check<MaskError>(
          broadcasts(masks[i]->shape().inserted(masks[i]->shape().rank(), 1), x.shape()),
          "a mask of shape {} for an input of shape {}; expected one axis less than "
          "the input, such as (batch, steps)",
          masks[i]->shape(), x.shape());
      entries.push_back(
          ops::logical_or(ops::expand_dims(*masks[i], -1), ops::zeros_like(x, DType::Bool)));
    } else {
      entries.push_back(*masks[i]);
    }
  }
  return ops::any(ops::concatenate(entries, options_.axis), {-1});
}

}  // namespace domino::layers
