#pragma once

#include <initializer_list>
#include <memory>
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

  std::string_view type() const override { return "Sequential"; }
  void build_from(const std::vector<std::vector<Shape>>& shapes) const override;
  Tensors call_with(const Arguments& arguments) const override;
  std::shared_ptr<const Layer> clone() const override;

 private:
  void prepare(const Tensors& inputs) const override;
  SymbolicTensors wire_next(const Layer& layer, const SymbolicTensor& x) const;

  std::shared_ptr<std::vector<LayerHandle>> layers_;
};

}  // namespace domino
