#include "domino/layers/rnn/recurrent.h"

#include "domino/core/check.h"
#include "domino/graph/mask_rules.h"
#include "domino/layers/activations/activation_function.h"
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

namespace {

/// keras/src/layers/rnn/lstm.py, LSTMCell.build: 1 for the forget gate, the second of i, f, c, o.
Initializer with_ones_for_forget_gate(const InitializerSpec& bias_initializer, std::int64_t units) {
  return [=](const Shape&, DType dtype) {
    return ops::concatenate({bias_initializer({units}, dtype), ops::ones({units}, dtype),
                             bias_initializer({2 * units}, dtype)},
                            0);
  };
}

}  // namespace

std::vector<CellWeight> cell_weights(const RecurrentSetup& setup, const Shape& sequences) {
  check_sequences(sequences);
  const std::int64_t columns = op::gates_of(setup.op.cell) * setup.units;
  std::vector<CellWeight> weights{
      {kKernel, {sequences[2], columns}, setup.kernel_initializer},
      {kRecurrentKernel, {setup.units, columns}, setup.recurrent_initializer}};
  if (!setup.use_bias) return weights;
  const bool two_rows = setup.op.cell == op::CellKind::GRU && setup.op.reset_after;
  weights.push_back({kBias, two_rows ? Shape{2, columns} : Shape{columns},
                     setup.ones_for_forget_gate
                         ? with_ones_for_forget_gate(setup.bias_initializer, setup.units)
                         : Initializer(setup.bias_initializer)});
  return weights;
}

std::vector<std::string_view> state_names(const RecurrentSetup& setup) {
  if (setup.op.cell == op::CellKind::LSTM) return {"h", "c"};
  return {"h"};
}

namespace {

void check_features(const Tensor& sequences, const Tensor& kernel) {
  check_sequences(sequences.shape());
  check_built_for(kernel.size(0), sequences.shape(), 2);
}

void check_initial_state(const RecurrentSetup& setup, const Tensor& sequences,
                         const Tensors& initial_state) {
  if (initial_state.empty()) return;
  const auto names = state_names(setup);
  check(initial_state.size() == names.size(), "its initial_state has {} tensors, got {}: {}",
        names.size(), initial_state.size(), fmt::join(names, ", "));
  const Shape expected{sequences.size(0), setup.units};
  for (std::size_t i = 0; i < names.size(); ++i) {
    check(initial_state[i].shape() == expected,
          "its initial_state {} has shape {}, expected (batch, units), here {}", names[i],
          initial_state[i].shape(), expected);
  }
}

/// keras/src/backend/tensorflow/rnn.py, unroll: the mask that zeroes outputs is not reversed with
/// them.
bool zeroes_other_steps(const RecurrentSetup& setup, const OptionalMask& mask) {
  return current_rules() == MaskRules::Keras && mask && setup.unroll && setup.op.go_backwards &&
         setup.op.return_sequences && setup.op.zero_output_for_mask;
}

Tensor zeroed(const Tensor& output, const Mask& mask) {
  const Tensor kept = ops::cast(mask, DType::Bool);
  return ops::where(kept.rank() == 2 ? ops::expand_dims(kept, -1) : kept, output, 0.0);
}

}  // namespace

ops::RnnResult run_recurrence(const RecurrentSetup& setup, const ops::RnnWeights& weights,
                              const Tensor& sequences, const OptionalMask& mask,
                              const Tensors& initial_state) {
  check_features(sequences, weights.kernel);
  check_initial_state(setup, sequences, initial_state);
  Tensors states;
  for (const Tensor& state : initial_state) states.push_back(ops::cast(state, DType::Float32));
  op::Rnn op = setup.op;
  const bool zeroes_others = zeroes_other_steps(setup, mask);
  if (zeroes_others) op.zero_output_for_mask = false;
  ops::RnnResult result = ops::rnn(ops::cast(sequences, DType::Float32), mask, weights, states, op);
  if (zeroes_others) result.output = zeroed(result.output, *mask);
  return result;
}

void check_kept_batch(const Tensor& state, const Tensor& sequences) {
  check(state.size(0) == sequences.size(0),
        "is stateful and keeps the states of {} sequences, got {} sequences in {}; give as many in "
        "every call, or forget the states with Session::reset()",
        state.size(0), sequences.size(0), sequences.shape());
}

OptionalMasks recurrent_masks(const RecurrentSetup& setup, const OptionalMask& mask) {
  if (!setup.op.return_sequences || !mask) return {std::nullopt};
  if (!setup.op.go_backwards) return {mask};
  return {Mask(ops::flip(*mask, 1))};
}

}  // namespace domino::layers::detail
