#include "domino/layers/pooling/global_average_pooling1d.h"

#include <cmath>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/graph/mask_rules.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/data_format.h"

namespace domino::layers {

void GlobalAveragePooling1DOptions::fields(Fields& f) {
  f("data_format", data_format);
  f("keepdims", keepdims);
}

GlobalAveragePooling1D::GlobalAveragePooling1D(GlobalAveragePooling1DOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  is_channels_first(kType, options_.data_format);
}

namespace {

/// True for (1, steps), (batch, 1) and (1, 1), as Keras takes them.
bool needs_broadcast(const OptionalMask& mask, const Shape& rows_and_steps) {
  return mask && mask->shape().rank() == 2 && mask->shape() != rows_and_steps &&
         broadcasts_to(mask->shape(), rows_and_steps);
}

/// keras/src/layers/pooling/global_average_pooling1d.py: a mask with one entry for all steps counts
/// as one step, by which their sum is divided.
Tensor sum_of_kept_rows(const Tensor& x, const Mask& mask, int steps, bool keepdims) {
  Tensor kept = ops::expand_dims(ops::cast(mask, DType::Bool), -1);
  if (!keepdims) kept = ops::select(kept, 1, 0);
  return ops::where(kept, ops::sum(x, {steps}, keepdims), std::nan(""));
}

}  // namespace

Tensor GlobalAveragePooling1D::call(const Tensor& x, const OptionalMask& mask) const {
  check_sequences(x.shape());
  const int steps = is_channels_first(kType, options_.data_format) ? 2 : 1;
  const Shape rows_and_steps{x.size(0), x.size(steps)};
  OptionalMask kept = mask;
  if (needs_broadcast(mask, rows_and_steps)) {
    if (mask->shape()[1] != x.size(steps) && current_rules() == MaskRules::Keras) {
      return sum_of_kept_rows(x, *mask, steps, options_.keepdims);
    }
    kept = ops::broadcast_to(*mask, rows_and_steps);
  }
  return ops::reduce_steps(x, kept, ops::StepsReduce::Mean, steps, options_.keepdims);
}

OptionalMask GlobalAveragePooling1D::compute_mask(const Tensor&, const OptionalMask&) const {
  return std::nullopt;
}

}  // namespace domino::layers
