#pragma once

#include <cstdint>
#include <vector>

#include "domino/backends/onednn/rnn_cells.h"
#include "domino/backends/onednn/rnn_plan.h"
#include "domino/backends/op.h"

namespace domino::onednn {

/// One call of the op: what all its threads share.
struct RnnCall {
  const op::Rnn& op;
  const Tensor& kernel;
  std::int64_t features;
  std::int64_t steps;
  std::int64_t units;
  std::int64_t columns;
  RnnPlan plan;
  std::vector<Cell> passes;
  std::vector<float> bias;
  std::vector<float> zeros;
  bool wide = false;  // threads share out the units of each step, not the sequences

  const float* x;
  const float* first_h;  // null for zeros
  const float* first_c;
  float* output;
  float* last_h;
  float* last_c;  // null but for an LSTM

  RnnCall(const op::Rnn& op, op::Inputs inputs, op::Outputs outputs);
  std::int64_t choose_shares();

 private:
  const float* join_biases(const Tensor& given);
};

/// Takes `rows`, the longest first, through all their steps and writes all that they leave behind.
void run_share(const RnnCall& call, const std::vector<std::int64_t>& rows);

}  // namespace domino::onednn
