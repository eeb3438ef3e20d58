#include "domino/io/weights_file_internal.h"

#include <map>
#include <utility>

#include "domino/core/check.h"
#include "domino/io/layer_walk_internal.h"

namespace domino {

WeightsFormat check_weights_file(const Layer& layer, const std::filesystem::path& file,
                                 std::string_view function) {
  check<BuildError>(layer.built(),
                    "{} has no weights yet; call it once, or put it into a Model, before {}",
                    layer.title(), function);
  const std::string name = file.filename().string();
  if (name.ends_with(".safetensors")) return WeightsFormat::Safetensors;
  const bool loads = function == "load_weights";
  // Keras takes a name.h5 without .weights for its older layout.
  check<IoError>(name.ends_with(loads ? ".h5" : ".weights.h5"),
                 "'{}': {} does not know this kind of file; it knows .safetensors and .weights.h5",
                 file.string(), function);
  return WeightsFormat::Hdf5;
}

FiledTensor filed_weight(const Layer& layer, const Variable& weight, std::string name) {
  const auto give = [&layer, path = weight.path](const Tensor& value) {
    layer.assign(path, value);
  };
  return {std::move(name),      weight.path,  weight.value.dtype(),
          weight.value.shape(), weight.value, give};
}

std::vector<FiledTensor> filed_tensors(const Layer& layer, WeightsFormat format) {
  const bool numbered = format == WeightsFormat::Hdf5;
  std::vector<FiledTensor> tensors;
  std::map<std::string, int> counts;  // of the weights of each layer, trainable ones first
  for (const Variable& weight : layer.weights()) {
    const std::string inner = weight.path.substr(0, weight.path.find_last_of('/') + 1);
    tensors.push_back(filed_weight(
        layer, weight, numbered ? fmt::format("{}vars/{}", inner, counts[inner]++) : weight.path));
  }
  walk_layers(layer, [&](const Layer& inner, const std::string& path) {
    for (const OwnVariable& own : inner.own_variables()) {
      const auto give = [&inner, name = own.name](const Tensor& value) {
        inner.load_own_variable(name, value);
      };
      tensors.push_back({path + (numbered ? "vars/" : "") + own.name, path + own.name,
                         DType::Float32, own.shape, own.value, give});
    }
  });
  return tensors;
}

std::vector<FiledTensor> tensors_to_write(const Layer& layer, WeightsFormat format) {
  std::vector<FiledTensor> tensors = filed_tensors(layer, format);
  for (const FiledTensor& tensor : tensors) {
    check<BuildError>(tensor.value.defined(), "{}: '{}' has no value yet; load it before saving",
                      layer.title(), tensor.path);
  }
  return tensors;
}

}  // namespace domino
