#include "domino/layers/regularization/gaussian_dropout.h"

#include <utility>

#include "domino/layers/options.h"
#include "domino/layers/regularization/noise.h"

namespace domino::layers {

void GaussianDropoutOptions::fields(Fields& f) {
  f("rate", rate);
  f("seed", seed);
}

GaussianDropout::GaussianDropout(double rate, GaussianDropoutOptions options)
    : GaussianDropout(with(&GaussianDropoutOptions::rate, rate, std::move(options))) {}

GaussianDropout::GaussianDropout(GaussianDropoutOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_rate(kType, "rate", options_.rate);
  set_supports_masking(true);
}

}  // namespace domino::layers
