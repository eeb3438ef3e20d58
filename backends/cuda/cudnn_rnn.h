#pragma once

#include "domino/backends/cuda/running_order.h"
#include "domino/backends/op.h"

namespace domino::cuda {

/// Whether this thread's Execution has cuDNN compute such a call, and cuDNN can: float32, LSTM and GRU of
/// Keras' own activations, the GRU with reset_after, SimpleRNN of tanh or relu.
bool is_for_cudnn(const op::Rnn& op, op::Inputs inputs);

/// The kept steps of a call, of which at least one is kept. `x` (tokens, in) lies step by step, at each step in
/// the order of the plan. The states (sequences, units), in that order, become the last ones. `outputs`, if
/// defined, begins with a row for each token, sequence by sequence; it keeps what is behind them.
void run_by_cudnn(const op::Rnn& op, op::Inputs inputs, const PackedRnnCall& call, const Tensor& x,
                  Tensor& outputs, Tensor& h, Tensor& c);

}  // namespace domino::cuda
