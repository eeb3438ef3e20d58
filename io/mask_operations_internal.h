#pragma once

#include <map>
#include <utility>

#include "domino/backends/meta/trace.h"
#include "domino/core/config.h"
#include "domino/graph/symbolic_tensor.h"

namespace domino {

/// Tells how values were computed, as calls of keras.ops on tensors of a graph.
class MaskOperations {
 public:
  /// `trace` has seen the values made, and outlives this.
  explicit MaskOperations(const meta::Trace& trace) : trace_(trace) {}

  /// `tensor` has this value.
  void know(const ValueNumber& value, const SymbolicTensor& tensor);
  /// The mask of this value hangs on `carrier` when the graph runs.
  void know_carrier(const ValueNumber& mask, const SymbolicTensor& carrier);

  /// The value as a tensor of the graph, made of known ones; each is made once. If there are no words
  /// for it in keras.ops, or an input brings it, it is read off its carrier. Throws BuildError, naming
  /// the op, if it has none.
  SymbolicTensor tensor(const ValueNumber& value);
  /// The mask that hangs on `carrier` when the graph runs; true throughout if none does.
  SymbolicTensor mask_on(const SymbolicTensor& carrier);

 private:
  using Step = meta::Trace::Step;
  SymbolicTensor made(const ValueNumber& value);
  SymbolicTensor made(const Step& step);
  SymbolicTensor of_view(const Step& step);
  SymbolicTensor of_slice(const Step& step);
  SymbolicTensor of_shape_like(const Step& step);
  Config argument(const Tensor& input, SymbolicTensors& tensors);

  const meta::Trace& trace_;
  std::map<ValueNumber, SymbolicTensor> known_;
  std::map<ValueNumber, SymbolicTensor> carriers_;
  std::map<std::pair<const CallNode*, int>, SymbolicTensor> read_;
};

}  // namespace domino
