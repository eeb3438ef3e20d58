#include "domino/layers/regularization/gaussian_noise.h"

#include <utility>

#include "domino/layers/regularization/noise.h"

namespace domino::layers {

void GaussianNoiseOptions::fields(Fields& f) {
  f("stddev", stddev);
  f("seed", seed);
}

namespace {

GaussianNoiseOptions with_stddev(double stddev, GaussianNoiseOptions options) {
  options.stddev = stddev;
  return options;
}

}  // namespace

GaussianNoise::GaussianNoise(double stddev, GaussianNoiseOptions options)
    : GaussianNoise(with_stddev(stddev, std::move(options))) {}

GaussianNoise::GaussianNoise(GaussianNoiseOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_rate(kType, "stddev", options_.stddev);
  set_supports_masking(true);
}

}  // namespace domino::layers
