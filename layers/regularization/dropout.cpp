#include "domino/layers/regularization/dropout.h"

#include <utility>

#include "domino/layers/options.h"
#include "domino/layers/regularization/noise.h"

namespace domino::layers {

void DropoutOptions::fields(Fields& f) {
  f("rate", rate);
  f("seed", seed);
  f("noise_shape", noise_shape);
}

Dropout::Dropout(double rate, DropoutOptions options)
    : Dropout(with(&DropoutOptions::rate, rate, std::move(options))) {}

Dropout::Dropout(DropoutOptions options) : UnaryLayer(options.name), options_(std::move(options)) {
  check_rate(kType, "rate", options_.rate);
  set_supports_masking(true);
}

}  // namespace domino::layers
