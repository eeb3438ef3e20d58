#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of GaussianDropout; `rate` is its constructor's first argument.
struct GaussianDropoutOptions {
  double rate = 0.0;
  Seed seed = {};
  std::string name = {};
  void fields(Fields& f);
};

/// Multiplies by noise while training; a Domino model does not train, so it gives its input back,
/// mask included. Keras: keras/src/layers/regularization/gaussian_dropout.py.
class GaussianDropout final : public UnaryLayer<GaussianDropout> {
 public:
  static constexpr std::string_view kType = "GaussianDropout";
  using Options = GaussianDropoutOptions;

  explicit GaussianDropout(double rate, GaussianDropoutOptions options = {});
  explicit GaussianDropout(GaussianDropoutOptions options);
  const GaussianDropoutOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const { return x; }

 private:
  const GaussianDropoutOptions options_;
};

}  // namespace domino::layers
