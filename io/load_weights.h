#pragma once

#include <filesystem>

#include "domino/graph/layer.h"

namespace domino {

/// Gives a layer or a model the weights of a `.weights.h5` or `.safetensors` file (Keras'
/// `model.load_weights`).
///
/// A `.weights.h5` file is that of `model.save_weights` of Keras 3; what it holds of an optimizer is
/// left alone. In a `.safetensors` file the tensors are named as the paths of `layer.weights()`:
/// `layers/dense/kernel` for a model, `kernel` for a lone Dense. float16, bfloat16 and float64 are
/// converted. Not while another thread predicts.
///
/// Throws BuildError if the layer has no weights yet. Throws IoError if the file is malformed, and one
/// IoError that lists all missing, surplus and unfit tensors if it is not the file of this layer; then
/// no weight has changed.
void load_weights(const Layer& layer, const std::filesystem::path& file);

}  // namespace domino
