#include "domino/graph/registry.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <typeindex>
#include <utility>

#include "domino/core/check.h"
#include "domino/graph/input_layer.h"
#include "domino/graph/model_config.h"
#include "domino/graph/warnings.h"

namespace domino {
namespace {

std::mutex custom_mutex;
std::map<std::string, LayerRegistration, std::less<>>& custom_layers() {
  static std::map<std::string, LayerRegistration, std::less<>> layers;
  return layers;
}

std::optional<LayerRegistration> known_layer(std::string_view type) {
  {
    const std::lock_guard lock(custom_mutex);
    const auto it = custom_layers().find(type);
    if (it != custom_layers().end()) return it->second;
  }
  for (const LayerRegistration& row : builtin_layers()) {
    if (row.type == type) return row;
  }
  if (type == InputLayer::kType) return register_row<InputLayer>();
  return std::nullopt;
}

LayerRegistration find_layer(std::string_view type) {
  if (auto known = known_layer(type)) return *std::move(known);
  check<BuildError>(type != "Wrapper",
                    "the base of wrappers computes nothing itself; give a wrapper, such as "
                    "TimeDistributed or Bidirectional");
  fail<BuildError>(
      "no layer class is called '{}'; a custom class must be made known by "
      "register_layer<T>(\"{}\")",
      type, type);
}

}  // namespace

bool is_layer_class(std::string_view type) {
  return is_model_class(type) || known_layer(type).has_value();
}

std::optional<std::string_view> operation_module(std::string_view type) {
  for (const OperationKind& kind : builtin_operations()) {
    if (kind.type == type) return kind.module;
  }
  return std::nullopt;
}

void register_layer(const LayerRegistration& registration) {
  const std::lock_guard lock(custom_mutex);
  custom_layers().insert_or_assign(registration.type, registration);
}

namespace {

/// "Package>Name" of a custom layer; none for those of Domino.
std::optional<std::string> custom_name(const Layer& layer) {
  const std::type_index cpp_class = typeid(layer);
  const std::lock_guard lock(custom_mutex);
  for (const auto& [name, row] : custom_layers()) {
    if (row.cpp_class == cpp_class) return name;
  }
  return std::nullopt;
}

bool is_of_keras(const Layer& layer) {
  const auto& rows = builtin_layers();
  return layer.type() == InputLayer::kType ||
         std::any_of(rows.begin(), rows.end(), [&](const LayerRegistration& row) {
           return row.cpp_class == std::type_index(typeid(layer));
         });
}

Config serialized_as(Config module, std::string_view class_name, Config config, Config registered) {
  return Config::object({{"module", std::move(module)},
                         {"class_name", class_name},
                         {"config", std::move(config)},
                         {"registered_name", std::move(registered)}});
}

}  // namespace

Config serialize_layer(const Layer& layer) {
  if (layer.is_model()) return model_to_config(dynamic_cast<const Model&>(layer));
  if (const auto* operation = dynamic_cast<const Operation*>(&layer)) {
    return serialized_as(operation->module(), layer.type(), layer.config(), layer.type());
  }
  if (const auto name = custom_name(layer)) {
    return serialized_as({}, name->substr(name->rfind('>') + 1), layer.config(), *name);
  }
  return is_of_keras(layer) ? serialized_as("keras.layers", layer.type(), layer.config(), {})
                            : serialized_as({}, layer.type(), layer.config(), layer.type());
}

namespace {

/// What a `dtype` that Keras wrote says: a name, or an object with one in its "config".
std::string policy_of(const Config& dtype) {
  if (dtype.is_string()) return dtype.as_string();
  if (!dtype.is_object()) return "float32";
  const Config* config = dtype.find("config");
  if (config == nullptr || !config->is_object()) return dtype.to_json();
  for (const std::string_view key : {"name", "default_policy"}) {
    const Config* named = config->find(key);
    if (named != nullptr && !named->is_null()) return policy_of(*named);
  }
  return dtype.to_json();
}

/// A layer around the one that is made has said it.
thread_local bool precision_said = false;

/// Says once of a layer, and of those inside it, that it computes in another type than in Keras.
class PrecisionNote {
 public:
  explicit PrecisionNote(const Config& config) : said_before_(precision_said) {
    const Config* dtype = config.find("dtype");
    if (dtype != nullptr) policy_ = policy_of(*dtype);
    precision_said = precision_said || reduced();
  }
  ~PrecisionNote() { precision_said = said_before_; }
  PrecisionNote(const PrecisionNote&) = delete;
  PrecisionNote& operator=(const PrecisionNote&) = delete;

  void say(const Layer& layer) const {
    // An InputLayer only says what it is fed.
    if (said_before_ || !reduced() || layer.type() == InputLayer::kType) return;
    warn(fmt::format("{} has dtype {} and is computed in float32", layer.title(), policy_));
  }

 private:
  bool reduced() const {
    return policy_ != "float32" && policy_.find("float") != std::string::npos;
  }

  const bool said_before_;
  std::string policy_ = "float32";
};

LayerHandle deserialize_operation(const std::string& module, const std::string& type,
                                  const Config& config) {
  for (const OperationKind& kind : builtin_operations()) {
    if (kind.module == module && kind.type == type) return Operation(kind, config);
  }
  fail<BuildError>(
      "the function {}.{} is not among those of keras.ops that Domino computes "
      "(docs/operations.md); compute it with others, or in a layer of your own",
      module, type);
}

/// Keras writes the class of a custom layer with its package beside the bare one.
const std::string& registered_class(const Config& serialized) {
  const Config* registered = serialized.find("registered_name");
  const bool custom = registered != nullptr && registered->is_string();
  return (custom ? *registered : serialized.at("class_name")).as_string();
}

}  // namespace

LayerHandle deserialize_layer(const Config& serialized) {
  const std::string& type = registered_class(serialized);
  const Config* module = serialized.find("module");
  if (module != nullptr && module->is_string() && Operation::is_module(module->as_string())) {
    return deserialize_operation(module->as_string(), type, serialized.at("config"));
  }
  try {
    const Config& config = serialized.at("config");
    const PrecisionNote note(config);
    LayerHandle layer = is_model_class(type)
                            ? LayerHandle(model_from_config(serialized, current_rules()))
                            : find_layer(type).from_config(config);
    note.say(*layer);
    return layer;
  } catch (Error& error) {
    // What a constructor says of its options begins with the class.
    if (!error.message().starts_with(type + ':')) error.add_context(type);
    throw;
  }
}

}  // namespace domino
