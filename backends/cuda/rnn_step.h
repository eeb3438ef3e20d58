#pragma once

#include <cstdint>

#include "domino/backends/cuda/operands.h"
#include "domino/backends/cuda/running_order.h"
#include "domino/backends/op.h"
#include "domino/core/host_device.h"

namespace domino::cuda {

/// A row of numbers for each sequence.
template <class T>
struct SequenceRows {
  T* numbers = nullptr;
  std::int64_t row_stride = 0;
  const std::int32_t* rows = nullptr;  ///< which row each has; null where it is that of its number

  DOMINO_HOST_DEVICE T* row(std::int64_t sequence) const {
    return numbers + (rows == nullptr ? sequence : rows[sequence]) * row_stride;
  }
};

/// Which units of a step count: all if there is no mask.
struct StepMask {
  const bool* flags = nullptr;
  std::int64_t row_stride = 0;
  std::int64_t width = 0;

  DOMINO_HOST_DEVICE bool keeps(std::int64_t row, std::int64_t unit) const {
    return flags == nullptr || flags[row * row_stride + (width == 1 ? 0 : unit)];
  }
};

/// One step of the first `sequences` sequences.
template <class T>
struct RnnStep {
  std::int64_t sequences = 0;
  SequenceRows<const T> from_x;  ///< the projected inputs
  StepMask mask;
  T* h = nullptr;  ///< the states, a row after the other, which become those after the step
  T* c = nullptr;
  SequenceRows<T> shown;               ///< where the outputs go, if anywhere
  SequenceRows<const T> shown_before;  ///< those of the step before, if there was one
};

/// What the steps of a call read and write, for kernels that were captured before it.
template <class T>
struct RnnSteps {
  std::int64_t next = 0;  ///< the number of the step that is done next
  const RunningStep* steps = nullptr;
  std::int64_t units = 0;
  std::int64_t columns = 0;
  const T* from_x = nullptr;                 ///< the projected inputs
  const std::int32_t* input_rows = nullptr;  ///< by token; null where each has its own
  T* h = nullptr;
  T* c = nullptr;
  T* shown = nullptr;  ///< the rows of the outputs, or null
  const std::int32_t* first_outputs = nullptr;

  /// The step `offset` behind the next.
  DOMINO_HOST_DEVICE RnnStep<T> step(std::int64_t offset) const {
    const std::int64_t number = next + offset;
    const RunningStep& at = steps[number];
    RnnStep<T> step;
    step.sequences = at.sequences;
    step.from_x = {from_x, columns, input_rows};
    if (input_rows != nullptr) {
      step.from_x.rows += at.first_token;
    } else {
      step.from_x.numbers += at.first_token * columns;
    }
    step.h = h;
    step.c = c;
    if (shown != nullptr) step.shown = {shown + number * units, units, first_outputs};
    return step;
  }
};

/// to (rows, columns) = x (rows, in) times the kernel, and the bias.
template <class T>
void project_inputs(op::Inputs inputs, const Tensor& x, Tensor& to);

/// The product and the cell of a step. The weights outlive it.
template <class T>
class RnnCell {
 public:
  /// For steps of at most so many sequences.
  RnnCell(const op::Rnn& op, op::Inputs inputs, std::int64_t sequences);

  void run(const RnnStep<T>& step);
  /// A step of `steps`, which lie on the device, of at most `rows` sequences with the states `h`.
  void run(const RnnSteps<T>* steps, std::int64_t offset, std::int64_t rows, const T* h);

 private:
  bool resets_before() const { return op_.cell == op::CellKind::GRU && !op_.reset_after; }
  SequenceRows<const T> from_h() const;
  template <class LaunchAt>
  void run(const T* h, std::int64_t rows, const LaunchAt& launch_at);
  void project_states(const T* h, std::int64_t rows);
  void project_reset_states(std::int64_t rows);

  op::Rnn op_;
  std::int64_t units_;
  std::int64_t columns_;  ///< of both kernels
  Operand kernel_;
  ChangingOperand states_;
  const T* bias_;
  Tensor from_h_;
  Tensor reset_;
  Tensor from_reset_;
};

}  // namespace domino::cuda
