#include "domino/layers/regularization/spatial_dropout.h"

#include <utility>

#include "domino/layers/check_shape.h"
#include "domino/layers/options.h"
#include "domino/layers/regularization/noise.h"

namespace domino::layers {

void SpatialDropout1DOptions::fields(Fields& f) {
  f("rate", rate);
  f("seed", seed);
}

SpatialDropout1D::SpatialDropout1D(double rate, SpatialDropout1DOptions options)
    : SpatialDropout1D(with(&SpatialDropout1DOptions::rate, rate, std::move(options))) {}

SpatialDropout1D::SpatialDropout1D(SpatialDropout1DOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_rate(kType, "rate", options_.rate);
  set_supports_masking(true);
}

Tensor SpatialDropout1D::call(const Tensor& x) const {
  check_sequences(x.shape());
  return x;
}

}  // namespace domino::layers
