#include "domino/layers/pooling/global_average_pooling1d.h"

#include <optional>
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

/// keras/src/layers/pooling/global_average_pooling1d.py: x and mask broadcast to each other, so that a
/// mask with one entry for all steps counts as one step, and a single step as many.
std::optional<Tensor> mean_of_broadcast(const Tensor& x, const Mask& mask, int steps,
                                        bool keepdims) {
  if (mask.shape().rank() < 2) return std::nullopt;
  const Tensor kept = ops::expand_dims(ops::cast(mask, DType::Bool), steps == 1 ? 2 : 1);
  if (!broadcasts(kept.shape(), x.shape())) return std::nullopt;
  const Tensor sum = ops::sum(ops::where(kept, x, 0), {steps}, keepdims);
  return ops::divide(sum, ops::sum(ops::cast(kept, x.dtype()), {steps}, keepdims));
}

}  // namespace

Tensor GlobalAveragePooling1D::call(const Tensor& numbers, const OptionalMask& mask) const {
  check_sequences(numbers.shape());
  // The quotient of integers, which masked ones meet in Keras with TensorFlow, is float64.
  const bool is_exact = mask && !is_floating(numbers.dtype());
  const Tensor x = is_exact ? ops::cast(numbers, DType::Float64) : numbers;
  const int steps = is_channels_first(kType, options_.data_format) ? 2 : 1;
  const Shape rows_and_steps{x.size(0), x.size(steps)};
  OptionalMask kept = mask;
  if (mask && mask->shape() != rows_and_steps) {
    const bool all_steps =
        mask->shape().rank() == 2 && broadcasts_to(mask->shape(), rows_and_steps);
    if (all_steps && current_rules() == MaskRules::Intended) {
      kept = ops::broadcast_to(*mask, rows_and_steps);
    } else if (auto mean = mean_of_broadcast(x, *mask, steps, options_.keepdims)) {
      return *mean;
    }
  }
  return ops::reduce_steps(x, kept, ops::StepsReduce::Mean, steps, options_.keepdims);
}

OptionalMask GlobalAveragePooling1D::compute_mask(const Tensor&, const OptionalMask&) const {
  return std::nullopt;
}

}  // namespace domino::layers
