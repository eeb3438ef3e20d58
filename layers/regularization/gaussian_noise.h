#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of GaussianNoise; `stddev` is its constructor's first argument.
struct GaussianNoiseOptions {
  double stddev = 0.0;
  Seed seed = {};
  std::string name = {};
  void fields(Fields& f);
};

/// Adds noise while training; a Domino model does not train, so it gives its input back, mask
/// included. Keras: keras/src/layers/regularization/gaussian_noise.py.
class GaussianNoise final : public UnaryLayer<GaussianNoise> {
 public:
  static constexpr std::string_view kType = "GaussianNoise";
  using Options = GaussianNoiseOptions;

  explicit GaussianNoise(double stddev, GaussianNoiseOptions options = {});
  explicit GaussianNoise(GaussianNoiseOptions options);
  const GaussianNoiseOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const { return x; }

 private:
  const GaussianNoiseOptions options_;
};

}  // namespace domino::layers
