#include "domino/layers/rnn/composed_step.h"

namespace domino::layers::detail {
namespace {

Tensors simple_step(const CellSetup& setup, const ops::RnnWeights& weights, const Tensor& x,
                    const Tensor& h) {
  const Tensor sum = ops::add(ops::dense(x, weights.kernel, weights.bias),
                              ops::matmul(h, weights.recurrent_kernel));
  const Tensor output = setup.activation(sum);
  return {output, output};
}

Tensors lstm_step(const CellSetup& setup, const ops::RnnWeights& weights, const Tensor& x,
                  const Tensors& states) {
  const Tensor z = ops::add(ops::dense(x, weights.kernel, weights.bias),
                            ops::matmul(states[0], weights.recurrent_kernel));
  const Tensors parts = ops::split(z, 4, -1);  // i, f, c, o
  const auto gate = [&](std::size_t part) { return setup.recurrent_activation(parts[part]); };
  const Tensor c = ops::add(ops::multiply(gate(1), states[1]),
                            ops::multiply(gate(0), setup.activation(parts[2])));
  const Tensor h = ops::multiply(gate(3), setup.activation(c));
  return {h, h, c};
}

Tensor row_of(const Tensor& bias, std::int64_t row) {
  return bias.defined() ? ops::select(bias, 0, row) : bias;
}

/// What the state adds to the gates z and r and to the candidate, which needs the gate r.
class StateOfGRU {
 public:
  StateOfGRU(const CellSetup& setup, const ops::RnnWeights& weights, const Tensor& h) : h_(h) {
    const Tensors kernels = ops::split(weights.recurrent_kernel, 3, -1);
    const Tensor bias = setup.op.reset_after ? row_of(weights.bias, 1) : Tensor();
    const Tensors biases = bias.defined() ? ops::split(bias, 3, 0) : Tensors(3);
    for (std::size_t i = 0; i < 2; ++i) gates_.push_back(ops::dense(h, kernels[i], biases[i]));
    kernel_ = kernels[2];
    bias_ = biases[2];
    reset_after_ = setup.op.reset_after;
  }

  const Tensor& gate(std::size_t which) const { return gates_[which]; }
  Tensor candidate(const Tensor& r) const {
    if (reset_after_) return ops::multiply(r, ops::dense(h_, kernel_, bias_));
    return ops::matmul(ops::multiply(r, h_), kernel_);
  }

 private:
  Tensor h_;
  Tensors gates_;
  Tensor kernel_;
  Tensor bias_;
  bool reset_after_;
};

Tensors gru_step(const CellSetup& setup, const ops::RnnWeights& weights, const Tensor& x,
                 const Tensor& h) {
  const Tensor bias = setup.op.reset_after ? row_of(weights.bias, 0) : weights.bias;
  const Tensors from_x = ops::split(ops::dense(x, weights.kernel, bias), 3, -1);
  const StateOfGRU from_h(setup, weights, h);
  const auto gate = [&](std::size_t which) {
    return setup.recurrent_activation(ops::add(from_x[which], from_h.gate(which)));
  };
  const Tensor z = gate(0);
  const Tensor candidate = setup.activation(ops::add(from_x[2], from_h.candidate(gate(1))));
  const Tensor output =
      ops::add(ops::multiply(z, h), ops::multiply(ops::subtract(1, z), candidate));
  return {output, output};
}

}  // namespace

Tensors composed_step(const CellSetup& setup, const ops::RnnWeights& weights, const Tensor& x,
                      const Tensors& states) {
  switch (setup.op.cell) {
    case op::CellKind::SimpleRNN:
      return simple_step(setup, weights, x, states[0]);
    case op::CellKind::LSTM:
      return lstm_step(setup, weights, x, states);
    case op::CellKind::GRU:
      return gru_step(setup, weights, x, states[0]);
  }
  return {};
}

}  // namespace domino::layers::detail
