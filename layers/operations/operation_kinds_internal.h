#pragma once

#include <vector>

#include "domino/graph/operation.h"
#include "domino/graph/operation_arguments.h"

namespace domino::layers {

// The classes of each Keras module (keras/src/ops/numpy.py, nn.py, core.py, math.py).
const std::vector<OperationKind>& numpy_operations();
const std::vector<OperationKind>& nn_operations();
const std::vector<OperationKind>& core_operations();

/// `x[key]` (keras/src/ops/numpy.py, GetItem): numbers, slices, None and an ellipsis.
Tensor get_item(const Tensor& x, const Config& key, const OperationArguments& in);

}  // namespace domino::layers
