#pragma once

#include <initializer_list>
#include <vector>

#include "domino/graph/model.h"

namespace domino {

/// Layers in a row, each with one input and one output (keras/src/models/sequential.py).
///
/// With an InputLayer in front the graph exists at once; without one the first call makes it, for the
/// dtype and the features of that call's input, with batch and steps left open.
class Sequential final : public Model {
 public:
  explicit Sequential(std::initializer_list<LayerHandle> layers = {}, ModelOptions options = {});
  explicit Sequential(std::vector<LayerHandle> layers, ModelOptions options = {});

  /// Appends a layer. Throws BuildError once the graph exists.
  void add(const LayerHandle& layer);

  /// Makes the graph for inputs like this one; nothing happens if it exists.
  void build(const Shape& shape, DType dtype = DType::Float32) const;
};

}  // namespace domino
