#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "domino/backends/op.h"

/// All that backends/cuda asks of cuDNN: recurrences. In the tests another file computes them on the host.
namespace domino::cuda {

/// Whether it is compiled in; without it the calls below throw DeviceError.
bool has_cudnn();

/// A recurrence that cuDNN has: an LSTM, a GRU that resets after its product, or a SimpleRNN.
struct CudnnRnn {
  op::CellKind cell = op::CellKind::LSTM;
  bool relu = false;  ///< of a SimpleRNN, in the place of tanh
  std::int64_t in = 1;
  std::int64_t units = 1;
  int biases = 0;     ///< none, one, or one of the inputs and one of the states
  bool tf32 = false;  ///< operands of products may be rounded to 10 bits of fraction
};

/// Where the weights of one gate lie in the memory for all, counted in numbers.
struct CudnnGate {
  std::int64_t kernel = 0;            ///< (units, in)
  std::int64_t recurrent_kernel = 0;  ///< (units, units)
  std::int64_t bias = 0;              ///< (units), if there is one
  std::int64_t recurrent_bias = 0;    ///< (units), if there are two
};
struct CudnnWeights {
  std::int64_t numbers = 0;
  std::vector<CudnnGate> gates;  ///< in the order of Keras
};
CudnnWeights weights_of(const CudnnRnn& rnn);

/// Sequences by falling length, none of them empty. Their tokens lie step by step: first those of step 0, then
/// of step 1 those of the sequences that are longer, which are the first ones.
struct CudnnCall {
  std::span<const int> lengths;
  const float* weights = nullptr;
  const float* x = nullptr;        ///< (tokens, in)
  float* y = nullptr;              ///< (tokens, units)
  const float* first_h = nullptr;  ///< states, (sequences, units)
  const float* first_c = nullptr;  ///< of an LSTM, as first_h
  float* last_h = nullptr;         ///< each after the last step of its sequence
  float* last_c = nullptr;
};
void run(const CudnnRnn& rnn, const CudnnCall& call);

}  // namespace domino::cuda
