#pragma once

#include "domino/graph/model.h"

namespace domino {

/// The same layers, wired so that Keras 3.15 computes what `model` computes.
///
/// A model under Keras' rules is that already. Of one under the intended rules, attention reads copies
/// of its masked inputs, masks that Keras would lose become operations that are given as `mask=`, or are
/// hung on a tensor by a small model, and a mask that is switched off is taken off by `ops.copy`.
/// With `masked_inputs` that holds whatever masks the inputs bring, (batch, steps) each, and if they
/// bring none. Throws BuildError for what Keras cannot be made to compute.
Model as_keras_computes(const Model& model, bool masked_inputs);

/// Throws BuildError for a Sequential without a graph, under the intended rules, that holds a layer whose
/// masks Keras may handle otherwise: it cannot be wired before its shapes are known.
void check_unwired(const Model& model);

}  // namespace domino
