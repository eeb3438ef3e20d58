#pragma once

#include <optional>
#include <string>

#include "domino/core/dtype.h"
#include "domino/core/shape.h"
#include "domino/core/source_location.h"
#include "domino/graph/layer.h"
#include "domino/graph/symbolic_tensor.h"

namespace domino {

/// What an Input takes.
struct InputOptions {
  Shape shape = {};  ///< without the batch axis; kAny where a size may vary
  DType dtype = DType::Float32;
  std::int64_t batch_size = kAny;
  std::string name = {};
};

/// The place where a model takes a tensor (keras/src/layers/core/input_layer.py). Never carries a mask
/// of its own.
class InputLayer final : public Layer {
 public:
  static constexpr std::string_view kType = "InputLayer";
  explicit InputLayer(InputOptions options = {});
  static InputLayer from_config(const Config& config);

  /// Shape with the batch axis in front.
  Shape batch_shape() const;
  DType dtype() const { return options_.dtype; }

  std::string_view type() const override { return kType; }
  Config config() const override;
  const Signature& signature() const override;
  void build_from(const std::vector<std::vector<Shape>>&) const override {}
  Tensors call_with(const Arguments& arguments) const override;
  OptionalMasks compute_mask_with(const Arguments&, const OptionalMasks&) const override {
    return {};
  }
  std::shared_ptr<const Layer> clone() const override;

 private:
  const InputOptions options_;
};

/// A tensor to wire layers to: `Input({.shape = {kAny}, .dtype = DType::Int32})`, Keras' `Input`.
SymbolicTensor Input(InputOptions options);

/// The tensor that `layer` stands for.
SymbolicTensor Input(const InputLayer& layer);

}  // namespace domino
