#include "domino/layers/regularization/alpha_dropout.h"

#include <utility>

#include "domino/layers/regularization/noise.h"

namespace domino::layers {

void AlphaDropoutOptions::fields(Fields& f) {
  f("rate", rate);
  f("seed", seed);
  f("noise_shape", noise_shape);
}

namespace {

AlphaDropoutOptions with_rate(double rate, AlphaDropoutOptions options) {
  options.rate = rate;
  return options;
}

}  // namespace

AlphaDropout::AlphaDropout(double rate, AlphaDropoutOptions options)
    : AlphaDropout(with_rate(rate, std::move(options))) {}

AlphaDropout::AlphaDropout(AlphaDropoutOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_rate(kType, "rate", options_.rate);
  set_supports_masking(true);
}

}  // namespace domino::layers
