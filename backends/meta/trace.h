#pragma once

#include <map>

#include "domino/backends/op.h"

namespace domino::meta {

/// While it lives, notes how this thread's meta tensors are made, by their value numbers.
class Trace {
 public:
  struct Step {
    op::Operation operation;
    Tensors inputs;
    Shape shape;           ///< of what is made
    bool is_view = false;  ///< the input's numbers seen with other sizes, no op at all
  };

  Trace();
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// Null for what was not made while the trace lived.
  const Step* find(const ValueNumber& made) const;

  /// Tells the innermost trace of this thread, if there is one.
  static void note(const Tensor& made, const op::Operation& operation, const Tensors& inputs,
                   bool is_view = false);

 private:
  std::map<ValueNumber, Step> steps_;
  Trace* outer_;
};

}  // namespace domino::meta
