#include "domino/layers/regularization/alpha_dropout.h"

#include <utility>

#include "domino/layers/options.h"
#include "domino/layers/regularization/noise.h"

namespace domino::layers {

void AlphaDropoutOptions::fields(Fields& f) {
  f("rate", rate);
  f("seed", seed);
  f("noise_shape", noise_shape);
}

AlphaDropout::AlphaDropout(double rate, AlphaDropoutOptions options)
    : AlphaDropout(with(&AlphaDropoutOptions::rate, rate, std::move(options))) {}

AlphaDropout::AlphaDropout(AlphaDropoutOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_rate(kType, "rate", options_.rate);
  set_supports_masking(true);
}

}  // namespace domino::layers
