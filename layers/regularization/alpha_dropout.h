#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/partial_shape.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of AlphaDropout; `rate` is its constructor's first argument.
struct AlphaDropoutOptions {
  double rate = 0.0;
  Seed seed = {};
  PartialShape noise_shape = {};
  std::string name = {};
  void fields(Fields& f);
};

/// Drops values while training, keeping mean and variance; a Domino model does not train, so it
/// gives its input back, mask included. Keras: keras/src/layers/regularization/alpha_dropout.py.
class AlphaDropout final : public UnaryLayer<AlphaDropout> {
 public:
  static constexpr std::string_view kType = "AlphaDropout";
  using Options = AlphaDropoutOptions;

  explicit AlphaDropout(double rate, AlphaDropoutOptions options = {});
  explicit AlphaDropout(AlphaDropoutOptions options);
  const AlphaDropoutOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const { return x; }

 private:
  const AlphaDropoutOptions options_;
};

}  // namespace domino::layers
