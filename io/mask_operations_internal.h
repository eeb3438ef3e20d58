#pragma once

#include <map>
#include <string_view>

#include "domino/backends/meta/trace.h"
#include "domino/core/config.h"
#include "domino/graph/symbolic_tensor.h"

namespace domino {

/// Calls a function of keras.ops on symbolic tensors: `args` as in a file, with
/// Operation::argument_place(i) for tensor i. Throws BuildError for one that Domino does not have.
SymbolicTensor call_operation(std::string_view type, const SymbolicTensors& tensors,
                              Config::Array args, Config config = {});

/// Tells how values were computed, as calls of keras.ops on tensors of a graph.
class MaskOperations {
 public:
  /// `trace` has seen the values made, and outlives this.
  explicit MaskOperations(const meta::Trace& trace) : trace_(trace) {}

  /// `tensor` has this value.
  void know(const ValueNumber& value, const SymbolicTensor& tensor);

  /// The value as a tensor of the graph, made of known ones; each is made once. Throws BuildError,
  /// naming the op, if there are no words for it in keras.ops.
  SymbolicTensor tensor(const ValueNumber& value);

 private:
  using Step = meta::Trace::Step;
  SymbolicTensor made(const Step& step);
  SymbolicTensor of_view(const Step& step);
  SymbolicTensor of_slice(const Step& step);
  SymbolicTensor of_shape_like(const Step& step);
  Config argument(const Tensor& input, SymbolicTensors& tensors);

  const meta::Trace& trace_;
  std::map<ValueNumber, SymbolicTensor> known_;
};

}  // namespace domino
