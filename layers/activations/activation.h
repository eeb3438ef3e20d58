#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/activations/activation_function.h"

namespace domino::layers {

/// Options of Activation; `activation` is its constructor's first argument.
struct ActivationOptions {
  ActivationSpec activation = "linear";
  std::string name = {};
  void fields(Fields& f);
};

/// A function of keras.activations, by its name: `Activation("relu")`. Or a layer without weights.
///
/// Shapes stay, except that "glu" halves the last axis. The mask passes and is not used: for a
/// softmax that leaves masked entries out there is Softmax. "linear" gives its input back. Keras:
/// keras/src/layers/activations/activation.py.
class Activation final : public UnaryLayer<Activation> {
 public:
  static constexpr std::string_view kType = "Activation";
  using Options = ActivationOptions;

  explicit Activation(ActivationSpec activation, ActivationOptions options = {});
  explicit Activation(ActivationOptions options);
  const ActivationOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const ActivationOptions options_;
};

}  // namespace domino::layers
