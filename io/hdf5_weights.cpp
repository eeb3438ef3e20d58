#include "domino/io/hdf5_weights_internal.h"

#include <string_view>

#include "domino/core/check.h"
#include "domino/graph/naming.h"
#include "domino/io/hdf5_writer_internal.h"
#include "domino/io/weights_file_internal.h"

namespace domino {
namespace {

/// Makes the group of each layer; `path` is empty or ends with a slash.
void make_groups(Hdf5Writer& writer, const Layer& layer, const std::string& path) {
  const std::string group = path + "vars";
  writer.make_group(group);
  const std::string name = layer.name();
  writer.set_attribute(group, "name", name.empty() ? to_snake_case(layer.type()) : name);
  for (const auto& [attribute, sublayer] : layer.sublayers()) {
    // Keras' Sequential does not count its InputLayer.
    if (layer.type() == "Sequential" && sublayer->type() == "InputLayer") continue;
    make_groups(writer, *sublayer, fmt::format("{}{}/", path, attribute));
  }
}

}  // namespace

void write_hdf5_weights(const Layer& layer, const std::filesystem::path& file) {
  Hdf5Writer writer(file);
  make_groups(writer, layer, "");
  for (const FiledTensor& tensor : tensors_to_write(layer, WeightsFormat::Hdf5)) {
    writer.write(tensor.name, tensor.value);
  }
  writer.commit();
}

std::vector<std::string> hdf5_weight_paths(Hdf5Reader& file) {
  check<IoError>(!file.contains("model_weights") && file.attribute("", "layer_names").is_null(),
                 "{}: its weights are laid out as in Keras 2; in Keras 3, save them by "
                 "model.save_weights('name.weights.h5')",
                 file.name());
  std::vector<std::string> paths;
  for (std::string& path : file.datasets()) {
    if (!path.starts_with("optimizer/")) paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace domino
