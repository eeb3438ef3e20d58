#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domino/backends/op.h"
#include "domino/core/config.h"
#include "domino/core/tensor.h"

namespace domino::layers {

/// The function of keras.activations called `name` ("relu", "softmax", ...; keras/src/activations),
/// with its default arguments, on `x`. The result carries no mask. Throws as `check_activation`.
Tensor activate(std::string_view name, const Tensor& x);

/// The function called `name` as a part of other ops, if it works element by element. Those that
/// mix features (softmax, log_softmax, sparsemax, glu) or have a slope (leaky_relu) are not.
std::optional<op::UnaryKind> elementwise_kind(std::string_view name);

/// Throws ValueError, naming `layer` and listing the names, unless `activate` knows `name`.
void check_activation(std::string_view layer, std::string_view name);

/// A field of options that names an activation; Keras' None is "linear". Throws ValueError for the layer
/// or the function of the user that Keras may have written there.
void activation_field(Fields& f, std::string_view key, std::string& name);

/// x where it is above 0, else `negative_slope` x.
Tensor leaky_relu(const Tensor& x, double negative_slope);

}  // namespace domino::layers
