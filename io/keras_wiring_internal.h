#pragma once

#include "domino/graph/model.h"

namespace domino {

/// The same layers, wired so that Keras 3.15 computes what `model` computes.
///
/// A model under Keras' rules is that already. Of one under the intended rules, attention reads copies
/// of its masked inputs, masks that Keras would lose become operations that are given as `mask=`, or are
/// hung on a tensor by a small model, and a mask that is switched off is taken off by `x + 0`. Throws
/// BuildError for what Keras cannot be made to compute.
Model as_keras_computes(const Model& model);

}  // namespace domino
