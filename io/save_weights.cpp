#include "domino/io/save_weights.h"

#include <utility>

#include "domino/io/safetensors.h"
#include "domino/io/weights_file_internal.h"

namespace domino {

void save_weights(const Layer& layer, const std::filesystem::path& file) {
  check_weights_file(layer, file, "save_weights");
  NamedTensors tensors;
  for (Variable& weight : layer.weights()) {
    tensors.push_back({std::move(weight.path), std::move(weight.value)});
  }
  write_safetensors(file, tensors);
}

}  // namespace domino
