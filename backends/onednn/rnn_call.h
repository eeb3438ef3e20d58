#pragma once

#include <cstdint>
#include <vector>

#include "domino/backends/onednn/mapped_steps.h"
#include "domino/backends/onednn/rnn_cells.h"
#include "domino/backends/op.h"
#include "domino/backends/plans/rnn_plan.h"

namespace domino::onednn {

/// One call of the op: what all its threads share.
///
/// With return_sequences the kept steps get a row each, in the order of sequences and steps, and those
/// without another to repeat share one of zeros behind them: op::Rnn's outputs are these rows, packed.
struct RnnCall {
  const op::Rnn& op;
  const Tensor& kernel;
  std::int64_t features;
  std::int64_t steps;
  std::int64_t units;
  std::int64_t columns;
  bool strict;  // of the calling thread
  plans::RnnPlan plan;
  std::vector<Cell> passes;
  std::vector<float> bias;
  std::vector<float> zeros;
  bool wide = false;  // threads share out the units of each step, not the sequences

  MappedSteps x;
  const float* projected = nullptr;  // all rows of x, if project_rows has seen to it
  const float* first_h;              // null for zeros
  const float* first_c;
  float* output;
  float* last_h;
  float* last_c;  // null but for an LSTM

  RnnCall(const op::Rnn& op, op::Inputs inputs);
  std::int64_t choose_shares();
  /// Projects each row of x once, if many steps share one, as words do that come again.
  void project_rows();
  /// The numbers of a kept step.
  const float* x_at(std::int64_t row, std::int32_t step) const {
    return x.at(row * steps + plan.place(step));
  }
  const float* projected_at(std::int64_t row, std::int32_t step) const {
    return projected + x.row_at(row * steps + plan.place(step)) * columns;
  }
  /// What the call gives, once all shares have run.
  Tensors take_outputs();

 private:
  const float* join_biases(const Tensor& given);
  void allocate();

  std::int64_t batch_;
  Tensor rows_;  // of the output, and the one of zeros
  Tensor projected_;
  Tensor last_h_;
  Tensor last_c_;
};

/// Takes `rows`, the longest first, through all their steps and writes all that they leave behind.
void run_share(const RnnCall& call, const std::vector<std::int64_t>& rows);

}  // namespace domino::onednn
