#include "tests/layers/parity_file.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "domino/graph/invoke.h"
#include "domino/graph/registry.h"
#include "domino/io/safetensors.h"

namespace domino::testing {

using nlohmann::json;

Config config_of(const json& value) {
  if (value.is_null()) return {};
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) {
    Config::Array items;
    for (const json& item : value) items.push_back(config_of(item));
    return items;
  }
  Config object = Config::object();
  for (const auto& [key, member] : value.items()) object.set(key, config_of(member));
  return object;
}

ParityFile::ParityFile(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::path(DOMINO_TESTS_DIR) / "parity" / "data";
  std::ifstream file(folder / (name + ".json"));
  if (!file) throw std::runtime_error("no tests/parity/data/" + name + ".json");
  index_ = json::parse(file);
  for (NamedTensor& tensor : read_safetensors(folder / index_.at("tensors").get<std::string>())) {
    tensors_.emplace(std::move(tensor.name), std::move(tensor.value));
  }
  read_strings();
}

void ParityFile::read_strings() {
  if (!index_.contains("strings")) return;
  for (const auto& [name, tensor] : index_.at("strings").items()) {
    const Shape shape(tensor.at("shape").get<std::vector<std::int64_t>>());
    tensors_.emplace(name, Tensor(shape, tensor.at("values").get<std::vector<std::string>>()));
  }
}

Tensor ParityFile::tensor(const json& name) const { return tensors_.at(name.get<std::string>()); }

OptionalMask ParityFile::mask(const json& name) const {
  return name.is_null() ? std::nullopt : OptionalMask(tensor(name));
}

LayerHandle make_layer(const json& layer) {
  return deserialize_layer(Config::object({{"class_name", config_of(layer.at("class_name"))},
                                           {"config", config_of(layer.at("config"))}}));
}

void give_weights(const Layer& layer, const json& recorded, const ParityFile& file,
                  const std::vector<std::vector<Shape>>& shapes) {
  if (layer.built()) return;
  build(layer, shapes);
  for (const json& weight : recorded.at("weights")) {
    layer.assign(weight.at("path").get<std::string>(), file.tensor(weight.at("tensor")));
  }
}

}  // namespace domino::testing
