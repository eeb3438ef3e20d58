#pragma once

#include <filesystem>

#include "domino/graph/layer.h"

namespace domino {

/// Writes the weights of a layer or a model to a `.weights.h5` file, which Keras' `load_weights` reads,
/// or to a `.safetensors` file, named as the paths of `layer.weights()` (Keras' `model.save_weights`).
/// `load_weights` reads both.
///
/// Throws BuildError if the layer has no weights yet, and IoError if the file cannot be written; then
/// there is none, or the one there before.
void save_weights(const Layer& layer, const std::filesystem::path& file);

}  // namespace domino
