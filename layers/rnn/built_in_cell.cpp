#include "domino/layers/rnn/built_in_cell.h"

#include "domino/core/check.h"
#include "domino/layers/check_shape.h"

namespace domino::layers::detail {

void check_units(std::string_view type, int units) {
  check<ValueError>(units > 0, "{}: units is {}; expected at least 1", type, units);
}

op::UnaryKind cell_activation(std::string_view type, std::string_view option,
                              const std::string& activation) {
  check_activation(type, activation);
  const auto kind = elementwise_kind(activation);
  check<ValueError>(kind.has_value(),
                    "{}: {} is '{}', which does not work element by element; a recurrent layer "
                    "takes only activations that do, such as 'tanh', 'sigmoid' or 'relu'",
                    type, option, activation);
  return *kind;
}

/// keras/src/layers/rnn/lstm.py, LSTMCell.build.
Initializer with_ones_for_forget_gate(const InitializerSpec& bias_initializer, std::int64_t units) {
  return [=](const Shape&, DType dtype) {
    return ops::concatenate({bias_initializer({units}, dtype), ops::ones({units}, dtype),
                             bias_initializer({2 * units}, dtype)},
                            0);
  };
}

std::vector<CellWeight> cell_weights(const CellSetup& setup, const Shape& inputs) {
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

void check_cell_features(const FusedCell& cell, const Shape& inputs) {
  check_built_for(cell.weights.kernel.size(0), inputs, -1);
}

Tensors one_step(const FusedCell& cell, const Tensor& inputs, const Tensors& states) {
  check_cell_features(cell, inputs.shape());
  Tensors start;
  for (const Tensor& state : states) start.push_back(ops::cast(state, DType::Float32));
  ops::RnnResult result = ops::rnn(ops::expand_dims(ops::cast(inputs, DType::Float32), 1), {},
                                   cell.weights, start, cell.op);
  result.states.insert(result.states.begin(), std::move(result.output));
  return std::move(result.states);
}

}  // namespace domino::layers::detail
