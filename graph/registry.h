#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "domino/core/config.h"
#include "domino/graph/layer.h"
#include "domino/graph/operation.h"

namespace domino {

/// A layer class that can be made from its config.
struct LayerRegistration {
  std::string type;  ///< class name, as in Keras: "LSTM"; "Package>Name" for a custom layer
  std::function<LayerHandle(const Config&)> from_config;
  std::type_index cpp_class;
};

template <class L>
LayerRegistration register_row() {
  return {std::string(L::kType),
          [](const Config& config) { return LayerHandle(L::from_config(config)); }, typeid(L)};
}

/// The layers that Domino brings; generated from layers/CMakeLists.txt.
const std::vector<LayerRegistration>& builtin_layers();

/// The operations that Domino computes (layers/operations).
const std::vector<OperationKind>& builtin_operations();

/// The Keras module of the operation called `type`; none if Domino has no such operation.
std::optional<std::string_view> operation_module(std::string_view type);

/// Whether `deserialize_layer` can make layers of this class.
bool is_layer_class(std::string_view type);

/// Makes a custom layer known to `deserialize_layer` under "Package>Name"; the last one counts.
void register_layer(const LayerRegistration& registration);
template <class L>
void register_layer(std::string type) {
  register_layer(LayerRegistration{std::move(type), register_row<L>().from_config, typeid(L)});
}

/// `{"module", "class_name", "config", "registered_name"}`, as Keras' `serialize_keras_object` gives it.
/// A custom layer that is not registered is written under its bare class name, which Keras cannot find.
Config serialize_layer(const Layer& layer);

/// The inverse. Layers compute in float32: if the config has another floating `dtype`, a warning says
/// so, once for a layer and those inside it. Throws BuildError naming a class that is not registered,
/// and what the class throws.
LayerHandle deserialize_layer(const Config& serialized);

}  // namespace domino
