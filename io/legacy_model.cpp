#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domino/core/check.h"
#include "domino/graph/model_config.h"
#include "domino/graph/operation.h"
#include "domino/graph/registry.h"
#include "domino/graph/warnings.h"
#include "domino/io/hdf5_reader_internal.h"
#include "domino/io/json_internal.h"
#include "domino/io/keras_version_internal.h"
#include "domino/io/layer_walk_internal.h"
#include "domino/io/legacy_model_internal.h"
#include "domino/io/stored_weights_internal.h"
#include "domino/layers/preprocessing/integer_lookup.h"
#include "domino/layers/preprocessing/string_lookup.h"

namespace domino {
namespace {

std::string text_attribute(Hdf5Reader& file, std::string_view name) {
  const Config value = file.attribute("", name);
  check<IoError>(value.is_string(), "{}: it has no attribute '{}'; it is no model of Keras",
                 file.name(), name);
  return value.as_string();
}

/// A list that h5py may have cut into `name0`, `name1`, ...
std::vector<std::string> names_attribute(Hdf5Reader& file, const std::string& group,
                                         const std::string& name) {
  std::vector<std::string> names;
  const auto append = [&](const Config& list) {
    for (const Config& each : list.as_array()) names.push_back(each.as_string());
  };
  if (const Config whole = file.attribute(group, name); !whole.is_null()) append(whole);
  for (int i = 0;; ++i) {
    const Config part = file.attribute(group, name + std::to_string(i));
    if (part.is_null()) return names;
    append(part);
  }
}

/// The older format does not write modules, by which functions differ from layers. A layer's config says
/// whether it is trainable, but for that of an InputLayer.
std::optional<std::string_view> module_of_operation(const Config& entry) {
  const Config* config = entry.find("config");
  const Config& type = entry.at("class_name");
  if (config == nullptr || !config->is_object() || config->find("trainable") != nullptr ||
      !type.is_string()) {
    return std::nullopt;
  }
  const std::string& name = type.as_string();
  if (const auto module = operation_module(name)) return module;
  const bool registered = name.find('>') != std::string::npos;
  return registered || is_layer_class(name) ? std::nullopt : std::optional(Operation::kAnyModule);
}

Config with_modules(const Config& value) {
  if (value.is_array()) {
    Config::Array items;
    for (const Config& item : value.as_array()) items.push_back(with_modules(item));
    return items;
  }
  if (!value.is_object()) return value;
  Config result = Config::object();
  for (const auto& [key, member] : value.as_object()) result.set(key, with_modules(member));
  if (value.find("inbound_nodes") == nullptr) return result;
  if (const auto module = module_of_operation(value)) result.set("module", *module);
  return result;
}

/// The weights of a layer as older files number them: all trainable ones in front.
std::vector<std::string> paths_of(const std::string& prefix, const Layer& layer) {
  std::vector<Variable> weights = layer.weights();
  std::stable_partition(weights.begin(), weights.end(),
                        [](const Variable& weight) { return weight.trainable; });
  std::vector<std::string> paths;
  for (const Variable& weight : weights) paths.push_back(prefix + weight.path);
  return paths;
}

struct LegacyLayer {
  std::string name;
  std::vector<std::string> weights;  ///< paths of datasets
};

std::vector<LegacyLayer> layers_in(Hdf5Reader& file) {
  std::vector<LegacyLayer> layers;
  for (const std::string& name : names_attribute(file, "model_weights", "layer_names")) {
    const std::string group = "model_weights/" + name;
    LegacyLayer& layer = layers.emplace_back(LegacyLayer{name, {}});
    for (const std::string& weight : names_attribute(file, group, "weight_names")) {
      layer.weights.push_back(fmt::format("{}/{}", group, weight));
    }
    if (layer.weights.empty()) layers.pop_back();
  }
  return layers;
}

/// The weights of the model as they are called in the file: layers are matched in order, and so are
/// the weights of a layer.
std::vector<FiledTensor> filed_weights(const Model& model, const std::vector<LegacyLayer>& stored,
                                       const std::string& file) {
  std::map<std::string, std::string> names;  // by path
  std::size_t at = 0;
  for (const auto& [attribute, layer] : model.sublayers()) {
    const std::vector<std::string> paths = paths_of(attribute + '/', *layer);
    if (paths.empty()) continue;
    check<IoError>(at < stored.size(), "{}: the weights of {} are missing", file, layer->title());
    const LegacyLayer& from = stored[at++];
    check<IoError>(from.weights.size() == paths.size(),
                   "{}: {} has {} weights, its group '{}' holds {}", file, layer->title(),
                   paths.size(), from.name, from.weights.size());
    for (std::size_t i = 0; i < paths.size(); ++i) names[paths[i]] = from.weights[i];
  }
  check<IoError>(at == stored.size(), "{}: it has weights of {} layers, the model has {}", file,
                 stored.size(), at);
  std::vector<FiledTensor> ordered;
  for (const Variable& weight : model.weights()) {
    ordered.push_back(filed_weight(model, weight, names.at(weight.path)));
  }
  return ordered;
}

std::vector<StoredTensor> opened(const std::shared_ptr<Hdf5Reader>& file,
                                 const std::vector<FiledTensor>& expected) {
  std::vector<StoredTensor> tensors;
  for (const FiledTensor& each : expected) {
    const std::string& name = each.name;
    const Hdf5Dataset info = file->info(name);
    tensors.push_back({name, info.dtype, info.shape, [=] { return file->read(name); }});
  }
  return tensors;
}

bool lacks_vocabulary(const Layer& layer) {
  if (const auto* strings = dynamic_cast<const layers::StringLookup*>(&layer)) {
    return strings->get_vocabulary().empty();
  }
  const auto* integers = dynamic_cast<const layers::IntegerLookup*>(&layer);
  return integers != nullptr && integers->get_vocabulary().empty();
}

/// What a lookup has learned is in the assets of a .keras file, for which the older format has no place.
void warn_of_missing_vocabularies(const Model& model, std::string_view file) {
  for (const LayerHandle& layer : model.layers()) {
    walk_layers(*layer, [&](const Layer& inner, const std::string&) {
      if (!lacks_vocabulary(inner)) return;
      warn(
          fmt::format("{}: {} has no vocabulary, and a .h5 file does not hold the one that it has "
                      "learned: save the model as .keras",
                      file, layer->title()));
    });
  }
}

}  // namespace

bool is_hdf5(const ByteSource& file) {
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  return file.size() >= kSignature.size() && file.text(0, kSignature.size()) == kSignature;
}

Model load_legacy_model(const std::filesystem::path& path, const LoadModelOptions& options) {
  const auto file = std::make_shared<Hdf5Reader>(ByteSource::file(path));
  check_keras_version(text_attribute(*file, "keras_version"));
  const Config config = parse_json(text_attribute(*file, "model_config"), "its model_config");
  Model model = model_from_config(with_modules(config), options.rules);
  if (!model.built()) return model;
  warn_of_missing_vocabularies(model, file->name());
  const std::vector<FiledTensor> expected = filed_weights(model, layers_in(*file), file->name());
  give_weights(model, expected, opened(file, expected), file->name(), options.progress);
  return model;
}

}  // namespace domino
