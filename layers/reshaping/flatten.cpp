#include "domino/layers/reshaping/flatten.h"

#include <cstdint>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/data_format.h"

namespace domino::layers {

void FlattenOptions::fields(Fields& f) { f("data_format", data_format); }

Flatten::Flatten(FlattenOptions options) : UnaryLayer(options.name), options_(std::move(options)) {
  is_channels_first(kType, options_.data_format);
}

namespace {

Tensor channels_last(const Tensor& x) {
  ops::Axes axes{0};
  for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
  axes.push_back(1);
  return ops::transpose(x, axes);
}

}  // namespace

Tensor Flatten::call(const Tensor& x) const {
  check(x.rank() >= 1, "needs (batch, ...), got {}", x.shape());
  const bool turn = is_channels_first(kType, options_.data_format) && x.rank() > 1;
  const std::int64_t features = x.shape().without(0).elements();
  return ops::reshape(turn ? channels_last(x) : x, {x.size(0), features});
}

}  // namespace domino::layers
