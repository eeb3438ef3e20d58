#pragma once

#include <string_view>

#include "domino/core/config.h"
#include "domino/graph/symbolic_tensor.h"

namespace domino {

/// Calls a function of keras.ops on symbolic tensors: `args` as in a file, with
/// Operation::argument_place(i) for tensor i. Throws BuildError for one that Domino does not have.
SymbolicTensor call_operation(std::string_view type, const SymbolicTensors& tensors,
                              Config::Array args, Config config = {});

/// A tensor of the same values on which Keras hangs nothing.
SymbolicTensor without_mask(const SymbolicTensor& x);

/// A tensor of the same values, and an object of its own, with the mask that hangs on `x`.
SymbolicTensor copy_with_mask(const SymbolicTensor& x);

/// A tensor of the values of `x` with this mask.
SymbolicTensor with_mask(const SymbolicTensor& x, const SymbolicTensor& mask);

/// The mask that hangs on `carrier`, (batch, steps, features), when Keras runs the model; true
/// throughout if none does. Throws BuildError for tensors of another rank.
SymbolicTensor mask_read_off(const SymbolicTensor& carrier);

/// A tensor of the values of `x` with the mask that hangs on `carrier`, which is `mask`, when Keras runs
/// the model; without one if none does.
SymbolicTensor with_mask_of(const SymbolicTensor& x, const SymbolicTensor& carrier,
                            const SymbolicTensor& mask);

}  // namespace domino
