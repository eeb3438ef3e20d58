#pragma once

#include <string_view>

#include "domino/core/config.h"
#include "domino/graph/model.h"

namespace domino {

/// Whether Keras' class of this name is a graph of layers: "Functional" or "Sequential".
bool is_model_class(std::string_view class_name);

/// The model that `{"class_name": "Functional" or "Sequential", "config": {...}}` describes, as Keras'
/// `get_config` writes it, without the numbers of its weights.
///
/// Every call is replayed as Keras does it, with the masks that were written into the graph
/// (keras/src/models/functional.py, functional_from_config). Throws BuildError or ValueError naming the
/// layer: for an unknown class, a call of a layer that is not there, calls that wait for each other.
Model model_from_config(const Config& serialized, MaskRules rules);

/// The inverse: the calls of the model as they were made, under Keras' rules. Throws BuildError for what
/// Keras has no words for: a mask read off a tensor.
Config model_to_config(const Model& model);

}  // namespace domino
