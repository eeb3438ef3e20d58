#pragma once

#include <filesystem>

#include "domino/graph/model.h"

namespace domino {

/// Options of `load_model`.
struct LoadModelOptions {
  /// By default the model predicts as it does in Keras 3.15.1, accidents included.
  MaskRules rules = MaskRules::Keras;
  /// A bar on stderr when that is a terminal and there are weights of 32 MB and more.
  bool progress = false;
};

/// Opens a model that Keras 3 has saved: `model.save("name.keras")`, or the older `.h5` of a whole
/// model (Keras' `keras.saving.load_model`).
///
/// Sequential and Functional models, nested ones too; custom layers must be known by `register_layer`
/// (graph/registry.h), under the name in the file, "Package>Name". Nothing in the file is executed.
/// Reduced precision is computed in float32, and files of Keras 3.16 and later by the rules of 3.15;
/// a warning says so. Optimizer and losses are left alone.
///
/// Throws IoError if the file is malformed or lacks a weight, BuildError or ValueError for what Domino
/// does not have; each names the file and the layer.
Model load_model(const std::filesystem::path& file, const LoadModelOptions& options = {});

}  // namespace domino
