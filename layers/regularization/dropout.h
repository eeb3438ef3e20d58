#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/partial_shape.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of Dropout; `rate` is its constructor's first argument.
struct DropoutOptions {
  double rate = 0.0;
  Seed seed = {};
  PartialShape noise_shape = {};
  std::string name = {};
  void fields(Fields& f);
};

/// Drops values while training; a Domino model does not train, so it gives its input back, mask
/// included. Keras: keras/src/layers/regularization/dropout.py.
class Dropout final : public UnaryLayer<Dropout> {
 public:
  static constexpr std::string_view kType = "Dropout";
  using Options = DropoutOptions;

  explicit Dropout(double rate, DropoutOptions options = {});
  explicit Dropout(DropoutOptions options);
  const DropoutOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const { return x; }

 private:
  const DropoutOptions options_;
};

}  // namespace domino::layers
