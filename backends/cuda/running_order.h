#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "domino/backends/op.h"
#include "domino/backends/plans/rnn_plan.h"
#include "domino/backends/plans/step_rows.h"

namespace domino::cuda {

/// One step of all sequences that still run.
struct RunningStep {
  std::int32_t first_token;
  std::int32_t sequences;
};

/// What kernels see of a RunningOrder.
struct RunningOrderThere {
  const std::int32_t* input_rows;     ///< by token
  const std::int32_t* first_outputs;  ///< by place in the order
  const std::int32_t* sequences;      ///< the same
  const std::int32_t* places;         ///< by sequence
  const std::int32_t* shown_places;   ///< the same; -1 for a sequence whose last output is 0
  const RunningStep* steps;
};

/// The sequences of a call in the order in which they are computed, the longest first, so that those that
/// still run at a step are the first ones. Its tokens are counted step by step.
class RunningOrder {
 public:
  RunningOrder(const op::Rnn& op, const plans::RnnPlan& plan, const plans::StepRows& x);

  const std::vector<RunningStep>& steps() const { return steps_; }
  /// On the current backend, as long as this is.
  RunningOrderThere there() const;

 private:
  std::int64_t tokens_;
  std::int64_t batch_;
  std::vector<RunningStep> steps_;
  Tensor all_;
};

/// What the host decides of a call, made once for calls whose masks and maps are the same.
struct PackedRnnCall {
  plans::RnnPlan plan;
  RunningOrder order;
};
std::shared_ptr<const PackedRnnCall> packed_rnn_call(const op::Rnn& op, op::Inputs inputs);

/// Where the tokens, sequence by sequence, stand in the order: int32 (tokens), one tensor for calls with the same mask.
Tensor tokens_by_sequence(const op::Rnn& op, op::Inputs inputs, const PackedRnnCall& call);

/// RnnPlan::shown_rows of such a call, one map for calls with the same mask.
SharedRowMap shown_rows(const op::Rnn& op, op::Inputs inputs, const plans::RnnPlan& plan);

}  // namespace domino::cuda
