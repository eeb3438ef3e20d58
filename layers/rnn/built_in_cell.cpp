#include "domino/layers/rnn/built_in_cell.h"

#include "domino/core/check.h"
#include "domino/layers/check_shape.h"
#include "domino/layers/rnn/composed_step.h"

namespace domino::layers::detail {

void check_units(std::string_view type, int units) {
  check<ValueError>(units > 0, "{}: units is {}; expected at least 1", type, units);
}

/// keras/src/layers/rnn/lstm.py, LSTMCell.build.
Initializer with_ones_for_forget_gate(const InitializerSpec& bias_initializer, std::int64_t units) {
  return [=](const Shape&, DType dtype) {
    return ops::concatenate({bias_initializer({units}, dtype), ops::ones({units}, dtype),
                             bias_initializer({2 * units}, dtype)},
                            0);
  };
}

std::vector<CellWeight> weights_of_cell(const CellSetup& setup, const Shape& inputs) {
  check(inputs.rank() == 2, "needs one step, (batch, features), got {}; RNN runs it over all steps",
        inputs);
  const std::int64_t columns = op::gates_of(setup.op.cell) * setup.units;
  std::vector<CellWeight> weights{
      {"kernel", {inputs[1], columns}, setup.kernel_initializer},
      {"recurrent_kernel", {setup.units, columns}, setup.recurrent_initializer}};
  if (!setup.use_bias) return weights;
  const bool two_rows = setup.op.cell == op::CellKind::GRU && setup.op.reset_after;
  weights.push_back({"bias", two_rows ? Shape{2, columns} : Shape{columns},
                     setup.ones_for_forget_gate
                         ? with_ones_for_forget_gate(setup.bias_initializer, setup.units)
                         : Initializer(setup.bias_initializer)});
  return weights;
}

void check_cell_features(const ops::RnnWeights& weights, const Shape& inputs) {
  check_built_for(weights.kernel.size(0), inputs, -1);
}

std::vector<FusedCell> fused_cell(const CellSetup& setup, const ops::RnnWeights& weights) {
  const auto activation = setup.activation.elementwise();
  const auto recurrent_activation = setup.recurrent_activation.elementwise();
  if (!activation || !recurrent_activation) return {};
  FusedCell cell{.op = setup.op, .weights = weights};
  cell.op.activation = *activation;
  cell.op.recurrent_activation = *recurrent_activation;
  return {cell};
}

Tensors one_step(const CellSetup& setup, const ops::RnnWeights& weights, const Tensor& inputs,
                 const Tensors& states) {
  check_cell_features(weights, inputs.shape());
  const Tensor x = ops::cast(inputs, DType::Float32);
  Tensors start;
  for (const Tensor& state : states) start.push_back(ops::cast(state, DType::Float32));
  const std::vector<FusedCell> fused = fused_cell(setup, weights);
  if (fused.empty()) return composed_step(setup, weights, x, start);
  ops::RnnResult result = ops::rnn(ops::expand_dims(x, 1), {}, weights, start, fused.front().op);
  result.states.insert(result.states.begin(), std::move(result.output));
  return std::move(result.states);
}

}  // namespace domino::layers::detail
