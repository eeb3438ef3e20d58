#pragma once

namespace domino {

/// How the ops that a thread calls are carried out.
struct Execution {
  bool packing = true;  ///< they may give packed tensors (backends/packing.h)
  /// Each row gets the same bits wherever it stands and whatever stands beside it: products are not left
  /// to a library that blocks them by their sizes.
  bool strict = false;
};

/// That of this thread.
const Execution& execution();

/// Says so, until the end of the scope.
class ExecutionScope {
 public:
  explicit ExecutionScope(const Execution& execution);
  ~ExecutionScope();
  ExecutionScope(const ExecutionScope&) = delete;
  ExecutionScope& operator=(const ExecutionScope&) = delete;

 private:
  Execution before_;
};

}  // namespace domino
