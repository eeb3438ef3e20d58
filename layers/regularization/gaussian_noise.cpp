#include "domino/layers/regularization/gaussian_noise.h"

#include <utility>

#include "domino/layers/options.h"
#include "domino/layers/regularization/noise.h"

namespace domino::layers {

void GaussianNoiseOptions::fields(Fields& f) {
  f("stddev", stddev);
  f("seed", seed);
}

GaussianNoise::GaussianNoise(double stddev, GaussianNoiseOptions options)
    : GaussianNoise(with(&GaussianNoiseOptions::stddev, stddev, std::move(options))) {}

GaussianNoise::GaussianNoise(GaussianNoiseOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_rate(kType, "stddev", options_.stddev);
  set_supports_masking(true);
}

}  // namespace domino::layers
