#include "domino/layers/pooling/global_max_pooling1d.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/data_format.h"

namespace domino::layers {

void GlobalMaxPooling1DOptions::fields(Fields& f) {
  f("data_format", data_format);
  f("keepdims", keepdims);
}

GlobalMaxPooling1D::GlobalMaxPooling1D(GlobalMaxPooling1DOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  is_channels_first(kType, options_.data_format);
}

Tensor GlobalMaxPooling1D::call(const Tensor& x) const {
  check_sequences(x.shape());
  const int steps = is_channels_first(kType, options_.data_format) ? 2 : 1;
  check(x.size(steps) > 0, "needs at least one step, got {}", x.shape());
  return ops::max(x, {steps}, options_.keepdims);
}

}  // namespace domino::layers
