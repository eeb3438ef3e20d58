#include "domino/io/weights_file_internal.h"

#include <map>

#include "domino/core/check.h"

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

std::vector<std::string> names_in_file(const std::vector<Variable>& weights, WeightsFormat format) {
  std::vector<std::string> names;
  std::map<std::string, int> counts;  // of the weights of each layer, trainable ones first
  for (const Variable& weight : weights) {
    if (format == WeightsFormat::Safetensors) {
      names.push_back(weight.path);
      continue;
    }
    const std::string layer = weight.path.substr(0, weight.path.find_last_of('/') + 1);
    names.push_back(fmt::format("{}vars/{}", layer, counts[layer]++));
  }
  return names;
}

}  // namespace domino
