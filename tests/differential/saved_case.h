#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "domino/core/tensor.h"
#include "domino/graph/model.h"

namespace domino::testing {

/// One call of a model: what goes in, and what Keras computed, masks attached on both sides.
struct SavedBatch {
  std::string name;
  Tensors inputs;
  Tensors outputs;
};

/// A model that Keras saved, and batches that it computed. The format is in README.md.
struct SavedCase {
  std::filesystem::path model;  ///< .keras or .h5
  std::vector<SavedBatch> batches;

  std::string name() const { return model.stem().string(); }
};

/// The case whose model is `model`; the tensors lie beside it in a .safetensors file.
SavedCase read_case(const std::filesystem::path& model);

/// Writes FOLDER/NAME.safetensors: what goes into the model in each batch, and what it gives.
void write_case(const std::filesystem::path& folder, const std::string& name, const Model& model,
                const std::vector<Tensors>& batches);

/// The models in these folders, by name; a file stands for itself.
std::vector<std::filesystem::path> find_models(const std::vector<std::filesystem::path>& places);

}  // namespace domino::testing
