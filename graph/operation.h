#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "domino/graph/layer.h"
#include "domino/graph/symbolic_tensor.h"

namespace domino {

class OperationArguments;

/// One class of Keras' operations.
struct OperationKind {
  std::string_view module;  ///< "keras.src.ops.numpy"
  std::string_view type;    ///< "NotEqual"
  /// The names of its call's arguments, in order.
  std::vector<std::string_view> parameters;
  Tensors (*run)(const OperationArguments& in);
};

/// A function of `keras.ops` as a vertex of a graph: `NotEqual`, `GetItem`, `Mean`. Keras' Functional
/// files hold one per function that the user wrote between layers, and per step of a mask.
///
/// It takes all its tensors as one list. What else the function is given stands in the options of the
/// call, as in the file: `{"args": [...], "kwargs": {...}}`, with `argument_place(i)` where tensor i
/// belongs. Its outputs carry no mask, without a warning, as in Keras.
/// Keras: keras/src/ops/operation.py and the classes in keras/src/ops/{numpy,nn,core,math}.py.
class Operation final : public Layer {
 public:
  /// `config` has the name and the static arguments. `kind` must outlive the layer.
  explicit Operation(const OperationKind& kind, const Config& config = {});

  /// What stands for the module where a file does not say it.
  static constexpr std::string_view kAnyModule = "keras.ops";
  /// Whether Keras' module holds operations, not layers: their names clash ("Add", "Softmax").
  static bool is_module(std::string_view module);
  /// What stands for tensor `index` in the options of a call.
  static Config argument_place(std::int64_t index);
  /// The index in an `argument_place`; none for any other value.
  static std::optional<std::int64_t> place_of_argument(const Config& value);

  std::string_view module() const { return kind_->module; }
  /// Wires the function, or computes it at once.
  SymbolicTensors operator()(const SymbolicTensors& tensors, Config options,
                             SourceLocation where = SourceLocation::current()) const;
  Tensors operator()(const Tensors& tensors, Config options) const;

  std::string_view type() const override { return kind_->type; }
  Config config() const override;
  const Signature& signature() const override;
  bool is_operation() const override { return true; }
  void build_from(const std::vector<std::vector<Shape>>&) const override {}
  Tensors call_with(const Arguments& arguments) const override;
  OptionalMasks compute_mask_with(const Arguments& arguments,
                                  const OptionalMasks& previous) const override;
  std::shared_ptr<const Layer> clone() const override;

 private:
  const OperationKind* kind_;
  Config config_;
};

}  // namespace domino
