#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "domino/backends/op.h"

namespace domino::meta {

/// While it lives, notes how this thread's meta tensors are made, by their value numbers. Traces nest, and
/// all of them note.
class Trace {
 public:
  struct Step {
    op::Operation operation;
    Tensors inputs;
    Shape shape;                    ///< of what is made
    bool is_view = false;           ///< the input's numbers seen with other sizes, no op at all
    std::int64_t unknown_size = 0;  ///< what stood for sizes that are not known, 0 for nothing
  };

  Trace();
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// How many of the values made so far there were when a layer first asked for a state of earlier calls;
  /// none if no layer did.
  const std::optional<std::size_t>& asked_for_state() const { return asked_for_state_; }
  /// All that was made, in that order.
  const std::vector<ValueNumber>& made() const { return made_; }
  /// Null for what was not made while the trace lived.
  const Step* find(const ValueNumber& made) const;

  /// Tells all traces of this thread.
  static void note(const Tensor& made, const op::Operation& operation, const Tensors& inputs,
                   bool is_view = false);
  /// Tells all traces of this thread that a layer asks for a state that an earlier call left.
  static void note_state();

 private:
  std::map<ValueNumber, Step> steps_;
  std::vector<ValueNumber> made_;
  std::optional<std::size_t> asked_for_state_;
  Trace* outer_;
};

/// While it lives, no trace of this thread notes anything: for trying a call.
class TracePause {
 public:
  TracePause();
  ~TracePause();
  TracePause(const TracePause&) = delete;
  TracePause& operator=(const TracePause&) = delete;

 private:
  Trace* paused_;
};

/// A meta tensor for what `operation` makes of `inputs`, of sizes that the caller knows; it is noted.
Tensor made_by(const op::Operation& operation, const Tensors& inputs, Shape shape, DType dtype);

/// A meta tensor for the numbers of `x`, seen with other sizes, which need not fit; it is noted.
Tensor view(const Tensor& x, Shape shape);

/// A meta tensor for numbers that come from no other value; it is noted.
Tensor constant(Shape shape, DType dtype, ValueNumber value);

}  // namespace domino::meta
