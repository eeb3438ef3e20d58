#include "domino/io/save_weights.h"

#include <string>
#include <utility>
#include <vector>

#include "domino/io/hdf5_weights_internal.h"
#include "domino/io/safetensors.h"
#include "domino/io/weights_file_internal.h"

namespace domino {

void save_weights(const Layer& layer, const std::filesystem::path& file) {
  if (check_weights_file(layer, file, "save_weights") == WeightsFormat::Hdf5) {
    return write_hdf5_weights(layer, file);
  }
  NamedTensors tensors;
  for (FiledTensor& tensor : tensors_to_write(layer, WeightsFormat::Safetensors)) {
    tensors.push_back({std::move(tensor.name), std::move(tensor.value)});
  }
  write_safetensors(file, tensors);
}

}  // namespace domino
