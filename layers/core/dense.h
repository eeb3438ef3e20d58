#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/initializers/initializers.h"

namespace domino::layers {

/// Options of Dense; `units` is its constructor's first argument.
struct DenseOptions {
  int units = 0;
  ActivationSpec activation = "linear";
  bool use_bias = true;
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  std::string name = {};
  void fields(Fields& f);
};

/// A fully connected layer: activation(x kernel + bias) over the last axis.
///
/// `(batch, ..., features)` becomes `(batch, ..., units)`. The mask passes; masked steps are
/// computed like all others, also by `activation = "softmax"`. Weights: `kernel` (features, units),
/// `bias` (units). Keras: keras/src/layers/core/dense.py; without LoRA and quantisation.
class Dense final : public UnaryLayer<Dense> {
 public:
  static constexpr std::string_view kType = "Dense";
  using Options = DenseOptions;

  explicit Dense(int units, DenseOptions options = {});
  explicit Dense(DenseOptions options);
  const DenseOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  const DenseOptions options_;
};

}  // namespace domino::layers
