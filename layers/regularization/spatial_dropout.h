#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of SpatialDropout1D; `rate` is its constructor's first argument.
struct SpatialDropout1DOptions {
  double rate = 0.0;
  Seed seed = {};
  std::string name = {};
  void fields(Fields& f);
};

/// Drops whole features of `(batch, steps, features)` while training; a Domino model does not
/// train, so it gives its input back, mask included. Keras:
/// keras/src/layers/regularization/spatial_dropout.py.
class SpatialDropout1D final : public UnaryLayer<SpatialDropout1D> {
 public:
  static constexpr std::string_view kType = "SpatialDropout1D";
  using Options = SpatialDropout1DOptions;

  explicit SpatialDropout1D(double rate, SpatialDropout1DOptions options = {});
  explicit SpatialDropout1D(SpatialDropout1DOptions options);
  const SpatialDropout1DOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const SpatialDropout1DOptions options_;
};

}  // namespace domino::layers
