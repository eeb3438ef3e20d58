#include "domino/layers/pooling/global_average_pooling1d.h"

#include <utility>

#include "domino/backends/ops.h"
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

/// One row of mask counts for every sequence, as in Keras.
OptionalMask for_every_row(const OptionalMask& mask, const Shape& rows_and_steps) {
  if (!mask || mask->shape() != Shape{1, rows_and_steps[1]}) return mask;
  return ops::broadcast_to(*mask, rows_and_steps);
}

}  // namespace

Tensor GlobalAveragePooling1D::call(const Tensor& x, const OptionalMask& mask) const {
  check_sequences(x.shape());
  const int steps = is_channels_first(kType, options_.data_format) ? 2 : 1;
  return ops::reduce_steps(x, for_every_row(mask, {x.size(0), x.size(steps)}),
                           ops::StepsReduce::Mean, steps, options_.keepdims);
}

OptionalMask GlobalAveragePooling1D::compute_mask(const Tensor&, const OptionalMask&) const {
  return std::nullopt;
}

}  // namespace domino::layers
