#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "domino/layers/operations/operation_arguments_internal.h"

namespace domino::layers {

/// One class of Keras' operations.
struct OperationKind {
  std::string_view module;
  std::string_view type;
  /// The names of its call's arguments.
  std::vector<std::string_view> parameters;
  Tensors (*run)(const OperationArguments& in);
};

// The classes of each Keras module (keras/src/ops/numpy.py, nn.py, core.py, math.py).
const std::vector<OperationKind>& numpy_operations();
const std::vector<OperationKind>& nn_operations();
const std::vector<OperationKind>& core_operations();

/// `x[key]` (keras/src/ops/numpy.py, GetItem): numbers, slices, None and an ellipsis.
Tensor get_item(const Tensor& x, const Config& key, const OperationArguments& in);

}  // namespace domino::layers
