#pragma once

#include <cstdint>

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

/// The products and the cell of a call.
template <class T>
class RnnCell {
 public:
  /// For steps of at most so many sequences.
  RnnCell(const op::Rnn& op, op::Inputs inputs, std::int64_t sequences);

  std::int64_t units() const { return units_; }
  std::int64_t columns() const { return columns_; }
  /// to (rows, columns) = x (rows, in) times the kernel, and the bias.
  void project_inputs(const T* x, Tensor& to) const;
  void run(const RnnStep<T>& step);

 private:
  bool resets_before() const { return op_.cell == op::CellKind::GRU && !op_.reset_after; }
  const T* bias(std::int64_t row) const;
  SequenceRows<const T> from_h() const;
  void project_states(const RnnStep<T>& step);
  void reset_states(const RnnStep<T>& step);

  const op::Rnn& op_;
  op::Inputs inputs_;
  std::int64_t units_;
  std::int64_t columns_;  ///< of both kernels
  Tensor from_h_;
  Tensor reset_;
  Tensor from_reset_;
};

}  // namespace domino::cuda
