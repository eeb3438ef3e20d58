#pragma once

#include "domino/backends/op.h"

/// What devices have to know whose kernels cannot throw: they tell what was refused when something is
/// downloaded. Each class says something of this thread's ops until the end of its scope.
namespace domino {

/// Downloads tell nothing: the host only looks how much there is to compute.
class TellLater {
 public:
  TellLater();
  ~TellLater();
  TellLater(const TellLater&) = delete;
  TellLater& operator=(const TellLater&) = delete;
  static bool is_asked();

 private:
  bool before_;
};

/// Indices are those of a map, which lie inside.
class IndicesOfMap {
 public:
  IndicesOfMap();
  ~IndicesOfMap();
  IndicesOfMap(const IndicesOfMap&) = delete;
  IndicesOfMap& operator=(const IndicesOfMap&) = delete;
  static bool are_given();

 private:
  bool before_;
};

/// A call that is carried out on rows; errors are told of the places. Both operands outlive it.
class WholeCall {
 public:
  WholeCall(const op::Operation& operation, const Tensors& inputs);
  ~WholeCall();
  WholeCall(const WholeCall&) = delete;
  WholeCall& operator=(const WholeCall&) = delete;

  /// The outermost one, or null.
  static const WholeCall* current();
  const op::Operation& operation() const { return operation_; }
  const Tensors& inputs() const { return inputs_; }

 private:
  const op::Operation& operation_;
  const Tensors& inputs_;
  const WholeCall* outer_;
};

}  // namespace domino
