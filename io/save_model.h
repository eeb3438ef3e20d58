#pragma once

#include <filesystem>

#include "domino/graph/model.h"

namespace domino {

/// Options of save_model.
struct SaveOptions {
  /// Whether the inputs may bring masks when Keras runs the model. It is a matter of the intended rules
  /// only: false where they never do writes a plainer file, also of models that are refused with true.
  bool masked_inputs = true;
};

/// Writes a model to a `.keras` file, which Keras 3.15.1 opens with equal outputs (Keras' `model.save`).
/// `load_model` reads it too.
///
/// A model under the intended rules is wired so that Keras does not lose its masks: attention reads
/// copies of its inputs (`Rescaling(1.0)`), and masks that Keras would not find become operations of the
/// graph, given as `mask=`. So it is if inputs bring (batch, steps) masks, and if not. A model under Keras' rules is written as it is. A Sequential that has not
/// been called yet is written without weights.
///
/// Throws BuildError, naming the layer, for what a file cannot hold: a class that is not registered, a
/// Lambda, a mask made in a way that keras.ops has no words for. Throws IoError if the file cannot be
/// written; then there is none, or the one there before.
void save_model(const Model& model, const std::filesystem::path& file,
                const SaveOptions& options = {});

}  // namespace domino
