#include "domino/io/load_model.h"

#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "domino/core/check.h"
#include "domino/graph/model_config.h"
#include "domino/io/json_internal.h"
#include "domino/io/keras_archive_internal.h"
#include "domino/io/keras_version_internal.h"
#include "domino/io/layer_assets_internal.h"
#include "domino/io/legacy_model_internal.h"
#include "domino/io/stored_weights_internal.h"
#include "domino/io/weights_file_internal.h"

namespace domino {
namespace {

/// Far beyond the configuration of any model; a text grows up to tenfold as values.
constexpr std::uint64_t kMostConfigBytes = 64U << 20U;
constexpr std::string_view kWeights = "model.weights.h5";

std::string keras_version(const KerasArchive& archive) {
  const Config metadata =
      parse_json(archive.text("metadata.json", kMostConfigBytes), "its metadata.json");
  const Config* version = metadata.is_object() ? metadata.find("keras_version") : nullptr;
  check<IoError>(version != nullptr && version->is_string(),
                 "its metadata.json does not say which Keras wrote it");
  return version->as_string();
}

ByteSource weights_in(const KerasArchive& archive) {
  check<IoError>(!archive.contains("model.weights.npz"),
                 "its weights are in model.weights.npz; Domino reads {}: save the model again",
                 kWeights);
  return archive.bytes(kWeights);
}

Model load_archive(const std::filesystem::path& file, const LoadModelOptions& options) {
  const KerasArchive archive(file);
  check_keras_version(keras_version(archive));
  Model model = model_from_config(
      parse_json(archive.text("config.json", kMostConfigBytes), "its config.json"), options.rules);
  if (!model.built()) return model;
  const ByteSource weights = weights_in(archive);
  give_weights(model, filed_tensors(model, WeightsFormat::Hdf5), open_hdf5_weights(weights),
               weights.name(), options.progress);
  load_assets(archive, model);
  return model;
}

}  // namespace

Model load_model(const std::filesystem::path& file, const LoadModelOptions& options) {
  try {
    const ByteSource bytes = ByteSource::file(file);
    // A weight of two bytes in the file has four in memory; a deflated file may be ten times smaller.
    constexpr std::uint64_t kMostGrowth = 20;
    const UnsetWeightsScope unset(bytes.size() * kMostGrowth);
    return is_hdf5(bytes) ? load_legacy_model(file, options) : load_archive(file, options);
  } catch (const std::bad_alloc&) {
    fail<IoError>("'{}': there is no memory for this model", file.string());
  } catch (Error& error) {
    const std::string shown = fmt::format("'{}'", file.string());
    if (!std::string_view(error.what()).starts_with(shown)) error.add_context(shown);
    throw;
  }
}

}  // namespace domino
