#include "domino/io/load_weights.h"

#include <memory>
#include <vector>

#include "domino/core/check.h"
#include "domino/io/safetensors.h"
#include "domino/io/stored_weights_internal.h"
#include "domino/io/weights_file_internal.h"

namespace domino {
namespace {

std::vector<StoredTensor> open_safetensors(const std::filesystem::path& file) {
  const auto reader = std::make_shared<const SafetensorsReader>(file);
  std::vector<StoredTensor> tensors;
  for (std::size_t i = 0; i < reader->tensors().size(); ++i) {
    const TensorInfo& info = reader->tensors()[i];
    tensors.push_back({info.name, info.dtype, info.shape, [=] { return reader->read(i); }});
  }
  return tensors;
}

}  // namespace

void load_weights(const Layer& layer, const std::filesystem::path& file) {
  const WeightsFormat format = check_weights_file(layer, file, "load_weights");
  give_weights(layer, filed_tensors(layer, format),
               format == WeightsFormat::Hdf5 ? open_hdf5_weights(ByteSource::file(file))
                                             : open_safetensors(file),
               fmt::format("'{}'", file.string()));
}

}  // namespace domino
