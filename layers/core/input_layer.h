#pragma once

#include "domino/graph/input_layer.h"

namespace domino::layers {

// Keras has both in keras.layers.
using domino::Input;
using domino::InputLayer;

}  // namespace domino::layers
