#include "domino/graph/registry.h"

#include <map>
#include <mutex>
#include <utility>

#include "domino/core/check.h"

namespace domino {
namespace {

std::mutex custom_mutex;
std::map<std::string, LayerRegistration, std::less<>>& custom_layers() {
  static std::map<std::string, LayerRegistration, std::less<>> layers;
  return layers;
}

LayerRegistration find_layer(std::string_view type) {
  {
    const std::lock_guard lock(custom_mutex);
    const auto it = custom_layers().find(type);
    if (it != custom_layers().end()) return it->second;
  }
  for (const LayerRegistration& row : builtin_layers()) {
    if (row.type == type) return row;
  }
  fail<BuildError>(
      "no layer class is called '{}'; a custom class must be made known by "
      "register_layer<T>(\"{}\")",
      type, type);
}

}  // namespace

void register_layer(const LayerRegistration& registration) {
  const std::lock_guard lock(custom_mutex);
  custom_layers()[registration.type] = registration;
}

Config serialize_layer(const Layer& layer) {
  return Config::object({{"class_name", layer.type()}, {"config", layer.config()}});
}

LayerHandle deserialize_layer(const Config& serialized) {
  const std::string& type = serialized.at("class_name").as_string();
  try {
    return find_layer(type).from_config(serialized.at("config"));
  } catch (Error& error) {
    // What a constructor says of its options begins with the class.
    if (!error.message().starts_with(type + ':')) error.add_context(type);
    throw;
  }
}

}  // namespace domino
