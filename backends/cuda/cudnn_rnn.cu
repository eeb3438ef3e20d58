#include "domino/backends/cuda/cudnn_rnn.h"

#include <memory>
#include <string>
#include <vector>

#include "domino/backends/backend.h"
#include "domino/backends/cuda/cudnn.h"
#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/pick_rows.h"
#include "domino/backends/execution.h"

namespace domino::cuda {
namespace {

CudnnRnn described(const op::Rnn& op, op::Inputs inputs) {
  const std::int64_t columns = inputs[3].size(1);
  return {.cell = op.cell,
          .relu = op.activation == op::UnaryKind::Relu,
          .in = inputs[2].size(0),
          .units = inputs[3].size(0),
          .biases = given(inputs, 4) ? static_cast<int>(inputs[4].elements() / columns) : 0,
          .tf32 = execution().products == Products::TF32};
}

/// The columns of a gate, as rows: to (units, rows) of from (rows, columns).
struct TurnGate {
  std::int64_t rows;
  std::int64_t columns;
  const float* from;
  float* to;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    to[i] = from[i % rows * columns + i / rows];
  }
};

/// Keras' weights as cuDNN reads them.
class WeightPacker {
 public:
  WeightPacker(const CudnnRnn& rnn, op::Inputs inputs)
      : rnn_(rnn), inputs_(inputs), layout_(weights_of(rnn)) {}

  Tensor pack() {
    Tensor packed = empty({layout_.numbers}, DType::Float32);
    set_to_zero(packed);
    for (std::size_t gate = 0; gate < layout_.gates.size(); ++gate) pack_gate(gate, packed);
    finish(packed);
    return packed;
  }

 private:
  void pack_gate(std::size_t gate, Tensor& packed) const {
    const CudnnGate& to = layout_.gates[gate];
    const std::int64_t column = static_cast<std::int64_t>(gate) * rnn_.units;
    turn(inputs_[2], rnn_.in, column, packed, to.kernel);
    turn(inputs_[3], rnn_.units, column, packed, to.recurrent_kernel);
    if (rnn_.biases > 0) turn(inputs_[4], 1, column, packed, to.bias);
    if (rnn_.biases > 1) turn(inputs_[4], 1, column + columns(), packed, to.recurrent_bias);
  }
  std::int64_t columns() const { return inputs_[3].size(1); }
  void turn(const Tensor& weight, std::int64_t rows, std::int64_t column, Tensor& packed,
            std::int64_t to) const {
    for_each_index(rows * rnn_.units, TurnGate{rows, columns(), numbers<float>(weight) + column,
                                               written<float>(packed) + to});
  }

  const CudnnRnn& rnn_;
  op::Inputs inputs_;
  CudnnWeights layout_;
};

/// Packed weights, with those that they are made of: as long as these live, no others get their address.
struct PackedWeights {
  Tensor recurrent_kernel;
  Tensor bias;
  Tensor packed;
};

/// Made once, and kept beside the kernel.
Tensor packed_weights(const CudnnRnn& rnn, op::Inputs inputs) {
  const Tensor bias = given(inputs, 4) ? inputs[4] : Tensor();
  const auto key = fmt::format("for cuDNN, with {} and {}", fmt::ptr(inputs[3].storage().get()),
                               fmt::ptr(bias.defined() ? bias.storage().get() : nullptr));
  const auto kept = inputs[2].storage()->attachment(key, [&] {
    return std::make_shared<PackedWeights>(
        PackedWeights{inputs[3], bias, WeightPacker(rnn, inputs).pack()});
  });
  return std::static_pointer_cast<PackedWeights>(kept)->packed;
}

/// Of the sequences that have any, the longest first.
std::vector<int> lengths_of(const plans::RnnPlan& plan) {
  std::vector<int> lengths;
  for (const std::int64_t row : plan.order()) {
    if (plan.kept(row).empty()) break;
    lengths.push_back(static_cast<int>(plan.kept(row).size()));
  }
  return lengths;
}

Tensor copy_of(const Tensor& x) {
  Tensor copy = empty(x.shape(), x.dtype());
  copy_on_device(copy.storage()->bytes(), x.storage()->bytes(),
                 static_cast<std::size_t>(x.elements()) * size_of(x.dtype()));
  return copy;
}

bool has_activations_of_cudnn(const op::Rnn& op) {
  using enum op::UnaryKind;
  if (op.cell == op::CellKind::SimpleRNN) return op.activation == Tanh || op.activation == Relu;
  return op.activation == Tanh && op.recurrent_activation == Sigmoid;
}

}  // namespace

bool is_for_cudnn(const op::Rnn& op, op::Inputs inputs) {
  const Products products = execution().products;
  return execution().cudnn && has_activations_of_cudnn(op) &&
         (op.cell != op::CellKind::GRU || op.reset_after) &&
         (products == Products::Float32 || products == Products::TF32) &&
         inputs[0].dtype() == DType::Float32 && inputs[2].elements() > 0;
}

void run_by_cudnn(const op::Rnn& op, op::Inputs inputs, const PackedRnnCall& call, const Tensor& x,
                  Tensor& outputs, Tensor& h, Tensor& c) {
  const std::vector<int> lengths = lengths_of(call.plan);
  const CudnnRnn rnn = described(op, inputs);
  const Tensor weights = packed_weights(rnn, inputs);
  const Tensor first_h = copy_of(h);
  const Tensor first_c = c.defined() ? copy_of(c) : Tensor();
  Tensor y = empty({call.plan.tokens(), rnn.units}, DType::Float32);
  run(rnn, {.lengths = lengths,
            .weights = numbers<float>(weights),
            .x = numbers<float>(x),
            .y = written<float>(y),
            .first_h = numbers<float>(first_h),
            .first_c = c.defined() ? numbers<float>(first_c) : nullptr,
            .last_h = written<float>(h),
            .last_c = c.defined() ? written<float>(c) : nullptr});
  if (!outputs.defined()) return;
  const Tensor tokens = resident(tokens_by_sequence(op, inputs, call));
  pick_rows(numbers<float>(y), rnn.units, numbers<std::int32_t>(tokens), call.plan.tokens(),
            written<float>(outputs));
}

}  // namespace domino::cuda
