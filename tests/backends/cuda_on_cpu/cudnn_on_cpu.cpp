// The recurrences of cuDNN on the host, by the reference, from weights that lie as cuDNN may have them: turned,
// the gates in another order than Keras', and with gaps between them that nobody fills.

#include "tests/backends/cuda_on_cpu/cudnn_on_cpu.h"

#include <algorithm>

#include "domino/backends/backend.h"
#include "domino/backends/cuda/cudnn.h"

namespace domino::cuda {
namespace {

constexpr std::int64_t kGap = 3;

/// The weights of all gates as Keras has them, from those of each: (width, gates * units) of (units, width).
Tensor as_in_keras(const CudnnRnn& rnn, const float* weights, std::int64_t width,
                   std::int64_t CudnnGate::*part) {
  const CudnnWeights layout = weights_of(rnn);
  const auto columns = static_cast<std::int64_t>(layout.gates.size()) * rnn.units;
  std::vector<float> turned(static_cast<std::size_t>(width * columns));
  for (std::int64_t i = 0; i < width * columns; ++i) {
    const std::int64_t column = i % columns;
    const CudnnGate& gate = layout.gates[static_cast<std::size_t>(column / rnn.units)];
    turned[static_cast<std::size_t>(i)] =
        weights[gate.*part + column % rnn.units * width + i / columns];
  }
  return {{width, columns}, turned};
}

Tensor bias_of(const CudnnRnn& rnn, const float* weights) {
  if (rnn.biases == 0) return {};
  const Tensor of_x = as_in_keras(rnn, weights, 1, &CudnnGate::bias);
  if (rnn.biases == 1) return of_x.viewed_as({of_x.elements()});
  const Tensor of_h = as_in_keras(rnn, weights, 1, &CudnnGate::recurrent_bias);
  std::vector<float> both(of_x.data<float>().begin(), of_x.data<float>().end());
  both.insert(both.end(), of_h.data<float>().begin(), of_h.data<float>().end());
  return {{2, of_x.elements()}, both};
}

Tensor row_of(const float* rows, std::size_t row, std::int64_t width) {
  const float* begin = rows + static_cast<std::int64_t>(row) * width;
  return {{1, width}, std::vector<float>(begin, begin + width)};
}

void copy(const Tensor& from, float* rows, std::size_t row) {
  std::ranges::copy(from.data<float>(), rows + static_cast<std::int64_t>(row) * from.elements());
}

/// The first token of each step.
std::vector<std::int64_t> first_tokens(std::span<const int> lengths) {
  std::vector<std::int64_t> first;
  std::int64_t tokens = 0;
  for (int step = 0; step < lengths.front(); ++step) {
    first.push_back(tokens);
    tokens += std::ranges::count_if(lengths, [&](int length) { return length > step; });
  }
  return first;
}

void run_sequence(const CudnnRnn& rnn, const CudnnCall& call, std::size_t sequence) {
  const std::vector<std::int64_t> first = first_tokens(call.lengths);
  const auto length = static_cast<std::size_t>(call.lengths[sequence]);
  const auto token = [&](std::size_t step) {
    return static_cast<std::size_t>(first[step]) + sequence;
  };
  std::vector<float> x;
  for (std::size_t step = 0; step < length; ++step) {
    const Tensor row = row_of(call.x, token(step), rnn.in);
    x.insert(x.end(), row.data<float>().begin(), row.data<float>().end());
  }
  const op::Rnn op{.cell = rnn.cell,
                   .activation = rnn.relu ? op::UnaryKind::Relu : op::UnaryKind::Tanh,
                   .return_sequences = true};
  const bool lstm = rnn.cell == op::CellKind::LSTM;
  const Tensors outputs =
      domino::run(op, {Tensor({1, call.lengths[sequence], rnn.in}, x),
                       {},
                       as_in_keras(rnn, call.weights, rnn.in, &CudnnGate::kernel),
                       as_in_keras(rnn, call.weights, rnn.units, &CudnnGate::recurrent_kernel),
                       bias_of(rnn, call.weights),
                       row_of(call.first_h, sequence, rnn.units),
                       lstm ? row_of(call.first_c, sequence, rnn.units) : Tensor()});
  for (std::size_t step = 0; step < length; ++step) {
    copy(row_of(outputs[0].data<float>().data(), step, rnn.units), call.y, token(step));
  }
  copy(outputs[1], call.last_h, sequence);
  if (lstm) copy(outputs[2], call.last_c, sequence);
}

}  // namespace

bool has_cudnn() { return cudnn_is_there; }

CudnnWeights weights_of(const CudnnRnn& rnn) {
  CudnnWeights weights;
  weights.gates.resize(static_cast<std::size_t>(op::gates_of(rnn.cell)));
  const auto place = [&](std::int64_t CudnnGate::*part, std::int64_t count) {
    for (auto gate = weights.gates.rbegin(); gate != weights.gates.rend(); ++gate) {
      (*gate).*part = weights.numbers + kGap;
      weights.numbers += kGap + count;
    }
  };
  place(&CudnnGate::recurrent_kernel, rnn.units * rnn.units);
  place(&CudnnGate::kernel, rnn.units * rnn.in);
  if (rnn.biases > 0) place(&CudnnGate::bias, rnn.units);
  if (rnn.biases > 1) place(&CudnnGate::recurrent_bias, rnn.units);
  return weights;
}

void run(const CudnnRnn& rnn, const CudnnCall& call) {
  ++cudnn_runs;
  const BackendScope reference(backend("reference"));
  for (std::size_t sequence = 0; sequence < call.lengths.size(); ++sequence) {
    run_sequence(rnn, call, sequence);
  }
}

}  // namespace domino::cuda
