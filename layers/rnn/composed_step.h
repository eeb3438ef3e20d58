#pragma once

#include "domino/backends/ops.h"
#include "domino/layers/rnn/built_in_cell.h"

namespace domino::layers::detail {

/// One step of a built-in cell, op by op, whatever its activations are: the output, then the new states.
Tensors composed_step(const CellSetup& setup, const ops::RnnWeights& weights, const Tensor& x,
                      const Tensors& states);

}  // namespace domino::layers::detail
