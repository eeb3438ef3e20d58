#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domino/core/config.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/rnn/rnn_cell.h"

/// What LSTMCell, GRUCell and SimpleRNNCell are, but for their options.
namespace domino::layers::detail {

/// A built-in cell as the shared text sees it; made from the options of the cell or of its layer.
struct CellSetup {
  op::Rnn op;
  ActivationSpec activation;
  ActivationSpec recurrent_activation;
  std::int64_t units;
  bool use_bias;
  bool ones_for_forget_gate;
  InitializerSpec kernel_initializer;
  InitializerSpec recurrent_initializer;
  InitializerSpec bias_initializer;
};

/// Throws ValueError, naming `type`, if the options mean nothing.
void check_units(std::string_view type, int units);

/// Throws ValueError, naming `type`, if the options mean nothing.
template <class Options>
CellSetup cell_setup(std::string_view type, op::CellKind cell, const Options& o) {
  check_units(type, o.units);
  o.activation.check_known(type);
  check_initializers(type, {o.kernel_initializer, o.recurrent_initializer, o.bias_initializer});
  CellSetup setup{.op = {.cell = cell},
                  .activation = o.activation,
                  .recurrent_activation = "linear",
                  .units = o.units,
                  .use_bias = o.use_bias,
                  .ones_for_forget_gate = false,
                  .kernel_initializer = o.kernel_initializer,
                  .recurrent_initializer = o.recurrent_initializer,
                  .bias_initializer = o.bias_initializer};
  if constexpr (requires { o.recurrent_activation; }) {
    o.recurrent_activation.check_known(type);
    setup.recurrent_activation = o.recurrent_activation;
  }
  if constexpr (requires { o.unit_forget_bias; }) setup.ones_for_forget_gate = o.unit_forget_bias;
  if constexpr (requires { o.reset_after; }) setup.op.reset_after = o.reset_after;
  return setup;
}

/// The fields of the options of a built-in cell, or of its layer.
template <class Options>
void cell_fields(Fields& f, Options& o) {
  f("units", o.units);
  f("activation", o.activation);
  if constexpr (requires { o.recurrent_activation; }) {
    f("recurrent_activation", o.recurrent_activation);
  }
  f("use_bias", o.use_bias);
  f("kernel_initializer", o.kernel_initializer);
  f("recurrent_initializer", o.recurrent_initializer);
  f("bias_initializer", o.bias_initializer);
  if constexpr (requires { o.unit_forget_bias; }) f("unit_forget_bias", o.unit_forget_bias);
  f("dropout", o.dropout);
  f("recurrent_dropout", o.recurrent_dropout);
  if constexpr (requires { o.seed; }) f("seed", o.seed);
  if constexpr (requires { o.reset_after; }) f("reset_after", o.reset_after);
}

/// A bias of `units` for each of i, f, c, o, with 1 for the forget gate, f.
Initializer with_ones_for_forget_gate(const InitializerSpec& bias_initializer, std::int64_t units);

/// A weight of a cell.
struct CellWeight {
  std::string_view name;
  Shape shape;
  Initializer initializer;
};
std::vector<CellWeight> weights_of_cell(const CellSetup& setup, const Shape& inputs);

/// Throws ShapeError unless the cell was made for the features of `inputs`.
void check_cell_features(const ops::RnnWeights& weights, const Shape& inputs);

/// The cell for the recurrent verb, if it knows the activations; else none.
std::vector<FusedCell> fused_cell(const CellSetup& setup, const ops::RnnWeights& weights);

/// One step alone: the output, then the new states.
Tensors one_step(const CellSetup& setup, const ops::RnnWeights& weights, const Tensor& inputs,
                 const Tensors& states);

/// `D` has `static constexpr op::CellKind kCell`.
template <class D, class O>
class BuiltInCell : public RNNCell<D> {
 public:
  using Options = O;
  const O& options() const { return options_; }

  std::vector<std::int64_t> state_sizes() const final {
    return std::vector<std::int64_t>(state_names().size(), setup_.units);
  }
  std::vector<std::string> state_names() const final {
    if (D::kCell == op::CellKind::LSTM) return {"h", "c"};
    return {"h"};
  }
  std::vector<FusedCell> fused() const final { return fused_cell(setup_, cell_weights()); }

  void build(const Shape& inputs) const {
    for (const CellWeight& w : weights_of_cell(setup_, inputs)) {
      this->add_weight(w.name, w.shape, w.initializer);
    }
  }
  Tensors step(const Tensor& inputs, const Tensors& states) const {
    return one_step(setup_, cell_weights(), inputs, states);
  }

 protected:
  explicit BuiltInCell(O options)
      : RNNCell<D>(options.name),
        options_(std::move(options)),
        setup_(cell_setup(D::kType, D::kCell, options_)) {}

 private:
  ops::RnnWeights cell_weights() const {
    return {.kernel = this->weight("kernel"),
            .recurrent_kernel = this->weight("recurrent_kernel"),
            .bias = this->optional_weight("bias")};
  }

  const O options_;
  const CellSetup setup_;
};

}  // namespace domino::layers::detail
