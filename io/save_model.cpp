#include "domino/io/save_model.h"

#include <array>
#include <chrono>
#include <ctime>
#include <string>
#include <system_error>

#include "domino/core/check.h"
#include "domino/graph/model_config.h"
#include "domino/io/hdf5_weights_internal.h"
#include "domino/io/keras_archive_writer_internal.h"
#include "domino/io/keras_wiring_internal.h"
#include "domino/io/layer_assets_internal.h"
#include "domino/io/unrolled_layers_internal.h"

namespace domino {
namespace {

/// The file of weights on its way into the archive.
class WeightsBeside {
 public:
  explicit WeightsBeside(const std::filesystem::path& file)
      : path_(file.string() + ".weights.h5~") {}
  ~WeightsBeside() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  WeightsBeside(const WeightsBeside&) = delete;
  WeightsBeside& operator=(const WeightsBeside&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  const std::filesystem::path path_;
};

std::string metadata() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> date{};
  const std::size_t size = std::strftime(date.data(), date.size(), "%Y-%m-%d@%H:%M:%S", &utc);
  return Config::object(
             {{"keras_version", "3.15.1"}, {"date_saved", std::string_view(date.data(), size)}})
      .to_json();
}

}  // namespace

void save_model(const Model& model, const std::filesystem::path& file, const SaveOptions& options) {
  check<IoError>(file.extension() == ".keras", "'{}': save_model writes .keras files",
                 file.string());
  if (!model.built()) check_unwired(model);
  const Model saved = model.built() ? as_keras_computes(model, options.masked_inputs) : model;
  const Config calls = model_to_config(saved);
  const bool intended = model.rules() == MaskRules::Intended;
  const std::string config = (intended ? as_loops(calls) : calls).to_json();
  KerasArchiveWriter archive(file);
  archive.add_text("metadata.json", metadata());
  archive.add_text("config.json", config);
  save_assets(archive, saved);
  const WeightsBeside weights(file);
  write_hdf5_weights(saved, weights.path());
  archive.add_file("model.weights.h5", weights.path());
  archive.commit();
}

}  // namespace domino
