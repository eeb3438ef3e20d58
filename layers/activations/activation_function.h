#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "domino/backends/op.h"
#include "domino/core/config.h"
#include "domino/core/tensor.h"
#include "domino/graph/layer.h"

namespace domino::layers {

/// What an option `activation` holds: a function of keras.activations by its name ("relu", "softmax", ...;
/// keras/src/activations), with its default arguments, or a layer without weights, as in
/// `Dense(3, {.activation = LeakyReLU()})`.
class ActivationSpec {
 public:
  // NOLINTBEGIN(google-explicit-constructor): `.activation = "relu"` reads as in Keras
  ActivationSpec(std::string name) : name_(std::move(name)) {}
  ActivationSpec(const char* name) : name_(name) {}
  template <std::derived_from<Layer> L>
  ActivationSpec(const L& layer) : layer_(layer) {}
  // NOLINTEND(google-explicit-constructor)
  explicit ActivationSpec(LayerHandle layer) : layer_(std::move(layer)) {}

  /// The result carries no mask. Throws BuildError if a layer has weights.
  Tensor operator()(const Tensor& x) const;

  bool operator==(std::string_view name) const { return !layer_ && name_ == name; }
  /// The function as a part of other ops, if it is one by name and works element by element. Those that
  /// mix features (softmax, log_softmax, sparsemax, glu) or have a slope (leaky_relu) are not.
  std::optional<op::UnaryKind> elementwise() const;

  /// A name, or the object that Keras writes for a layer; and back. Keras' None is "linear".
  Config to_config() const;
  static ActivationSpec from_config(const Config& config);

  /// Throws ValueError, naming `layer` and listing the names, unless Keras knows the name.
  void check_known(std::string_view layer) const;

 private:
  std::string name_;
  LayerHandle layer_;
};

/// x where it is above 0, else `negative_slope` x.
Tensor leaky_relu(const Tensor& x, double negative_slope);

}  // namespace domino::layers
