#include "tests/differential/saved_case.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "domino/core/mask.h"
#include "domino/io/safetensors.h"

namespace domino::testing {
namespace {

/// "in", "0", "2" of "in/0/2": what, which batch, which tensor.
struct Place {
  std::string what;
  std::string batch;
  std::size_t index = 0;
};

Place place_of(const std::string& name) {
  const std::size_t first = name.find('/');
  const std::size_t last = name.rfind('/');
  if (first == last) throw std::runtime_error("a tensor is called " + name);
  return {name.substr(0, first), name.substr(first + 1, last - first - 1),
          std::stoul(name.substr(last + 1))};
}

void put(Tensors& tensors, std::size_t index, const Tensor& value) {
  if (tensors.size() <= index) tensors.resize(index + 1);
  tensors[index] = value;
}

void add(NamedTensors& tensors, const std::string& what, const std::string& masks,
         const std::string& batch, const Tensors& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string place = "/" + batch + "/" + std::to_string(i);
    tensors.push_back({what + place, values[i].without_mask()});
    if (values[i].mask()) tensors.push_back({masks + place, values[i].mask()->tensor()});
  }
}

}  // namespace

SavedCase read_case(const std::filesystem::path& model) {
  std::map<std::string, SavedBatch> batches;
  const NamedTensors tensors =
      read_safetensors(std::filesystem::path(model).replace_extension(".safetensors"));
  for (const NamedTensor& tensor : tensors) {
    const Place place = place_of(tensor.name);
    SavedBatch& batch = batches[place.batch];
    if (place.what == "in") put(batch.inputs, place.index, tensor.value);
    if (place.what == "out") put(batch.outputs, place.index, tensor.value);
  }
  for (const NamedTensor& tensor : tensors) {
    const Place place = place_of(tensor.name);
    if (place.what == "in" || place.what == "out") continue;
    SavedBatch& batch = batches[place.batch];
    Tensor& owner = (place.what == "mask" ? batch.outputs : batch.inputs).at(place.index);
    owner = owner.with_mask(tensor.value);
  }
  SavedCase result{model, {}};
  for (auto& [name, batch] : batches) {
    batch.name = name;
    result.batches.push_back(std::move(batch));
  }
  return result;
}

void write_case(const std::filesystem::path& folder, const std::string& name, const Model& model,
                const std::vector<Tensors>& batches) {
  NamedTensors tensors;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const std::string batch = std::to_string(i);
    add(tensors, "in", "inmask", batch, batches[i]);
    add(tensors, "out", "mask", batch, model(batches[i]));
  }
  write_safetensors(folder / (name + ".safetensors"), tensors);
}

std::vector<std::filesystem::path> find_models(const std::vector<std::filesystem::path>& places) {
  std::vector<std::filesystem::path> models;
  for (const auto& place : places) {
    if (!std::filesystem::is_directory(place)) {
      models.push_back(place);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(place)) {
      const auto suffix = entry.path().extension();
      if (suffix == ".keras" || suffix == ".h5") models.push_back(entry.path());
    }
  }
  std::ranges::sort(models);
  return models;
}

}  // namespace domino::testing
