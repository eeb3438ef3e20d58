#pragma once

#include <functional>

#include "domino/core/tensor.h"
#include "domino/graph/dag.h"

namespace domino {

/// Hears of the calls that models run in this thread, with their outputs, until the end of the scope;
/// nested scopes all hear.
///
/// Calls come in the order in which they run. `dag` tells the model: a nested one runs inside a call of
/// the outer one, and has a graph of its own. The outputs are where the backend keeps them.
class CallObserver {
 public:
  using Hear = std::function<void(const Dag& dag, int vertex, const Tensors& outputs)>;
  explicit CallObserver(Hear hear);
  ~CallObserver();
  CallObserver(const CallObserver&) = delete;
  CallObserver& operator=(const CallObserver&) = delete;

  /// Tells all observers of this thread. For the runner.
  static void tell(const Dag& dag, int vertex, const Tensors& outputs);
  /// Whether this thread has one.
  static bool is_any();

 private:
  Hear hear_;
  CallObserver* outer_;
};

}  // namespace domino
