#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/config.h"
#include "domino/graph/layer_templates.h"
#include "domino/layers/activations/activation_function.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/one_output.h"

namespace domino::layers {

/// What may stand behind the sequence in the call of a recurrent layer:
/// `lstm(x, {.mask = m, .initial_state = {h, c}})`.
template <class T>
struct RecurrentCall {
  MaskArgument<T> mask = {};
  /// h, and c of an LSTM, each (batch, units); of Bidirectional first those of the forward layer.
  std::vector<T> initial_state = {};
};

namespace detail {

/// How layers that read a sequence from an initial state are called.
///
/// `D` is written as for NamedLayer, and has `std::string_view several_outputs() const`: the option
/// that makes the layer give several outputs, or nothing.
template <class D>
class SequenceLayer : public NamedLayer<D> {
 public:
  /// Wires the layer into a graph. Throws BuildError if it gives several outputs, and what the layer's
  /// checks throw, naming the caller's line.
  SymbolicTensor operator()(const SymbolicTensor& sequences,
                            const RecurrentCall<SymbolicTensor>& options = {},
                            SourceLocation where = SourceLocation::current()) const {
    return only_output(sequences, options, where);
  }
  /// Computes at once; the result carries its mask.
  Tensor operator()(const Tensor& sequences, const RecurrentCall<Tensor>& options = {},
                    SourceLocation where = SourceLocation::current()) const {
    return only_output(sequences, options, where);
  }

  /// The same with all outputs, as many as there are.
  SymbolicTensors outputs(const SymbolicTensor& sequences,
                          const RecurrentCall<SymbolicTensor>& options = {},
                          SourceLocation where = SourceLocation::current()) const {
    return all_outputs(sequences, options, where);
  }
  Tensors outputs(const Tensor& sequences, const RecurrentCall<Tensor>& options = {},
                  SourceLocation where = SourceLocation::current()) const {
    return all_outputs(sequences, options, where);
  }

  static Signature arguments() {
    return {{.name = "sequences", .mask = "mask"},
            {.name = "initial_state", .required = false, .list = true}};
  }

 protected:
  using NamedLayer<D>::NamedLayer;

 private:
  template <class T>
  std::vector<T> all_outputs(const T& sequences, const RecurrentCall<T>& options,
                             SourceLocation where) const {
    const bool plain =
        options.mask.kind() == MaskArgument<T>::Kind::Attached && options.initial_state.empty();
    return this->apply(Call<T>{.arguments = {{sequences}, options.initial_state},
                               .masks = {options.mask},
                               .options = {},
                               .positional = plain,
                               .where = where});
  }

  template <class T>
  T only_output(const T& sequences, const RecurrentCall<T>& options, SourceLocation where) const {
    check_one_output(*this, this->self().several_outputs());
    return std::move(all_outputs(sequences, options, where).front());
  }
};

/// LSTM, GRU or SimpleRNN as their shared text sees it; made from the options of one of them.
struct RecurrentSetup {
  op::Rnn op;
  std::int64_t units;
  bool unroll;
  bool use_bias;
  bool ones_for_forget_gate;
  bool return_state;
  InitializerSpec kernel_initializer;
  InitializerSpec recurrent_initializer;
  InitializerSpec bias_initializer;
};

/// Throws ValueError, naming `type`, if the options mean nothing.
void check_units(std::string_view type, int units);
op::UnaryKind cell_activation(std::string_view type, std::string_view option,
                              const std::string& activation);

template <class Options>
RecurrentSetup recurrent_setup(std::string_view type, op::CellKind cell, const Options& o) {
  check_units(type, o.units);
  check_initializers(type, {o.kernel_initializer, o.recurrent_initializer, o.bias_initializer});
  RecurrentSetup setup{.op = {.cell = cell,
                              .activation = cell_activation(type, "activation", o.activation),
                              .go_backwards = o.go_backwards,
                              .return_sequences = o.return_sequences,
                              .zero_output_for_mask = o.zero_output_for_mask},
                       .units = o.units,
                       .unroll = o.unroll,
                       .use_bias = o.use_bias,
                       .ones_for_forget_gate = false,
                       .return_state = o.return_state,
                       .kernel_initializer = o.kernel_initializer,
                       .recurrent_initializer = o.recurrent_initializer,
                       .bias_initializer = o.bias_initializer};
  if constexpr (requires { o.recurrent_activation; }) {
    setup.op.recurrent_activation =
        cell_activation(type, "recurrent_activation", o.recurrent_activation);
  }
  if constexpr (requires { o.unit_forget_bias; }) setup.ones_for_forget_gate = o.unit_forget_bias;
  if constexpr (requires { o.reset_after; }) setup.op.reset_after = o.reset_after;
  return setup;
}

/// The fields of LSTMOptions, GRUOptions or SimpleRNNOptions.
template <class Options>
void recurrent_fields(Fields& f, Options& o) {
  f("units", o.units);
  activation_field(f, "activation", o.activation);
  if constexpr (requires { o.recurrent_activation; }) {
    activation_field(f, "recurrent_activation", o.recurrent_activation);
  }
  f("use_bias", o.use_bias);
  f("kernel_initializer", o.kernel_initializer);
  f("recurrent_initializer", o.recurrent_initializer);
  f("bias_initializer", o.bias_initializer);
  if constexpr (requires { o.unit_forget_bias; }) f("unit_forget_bias", o.unit_forget_bias);
  f("dropout", o.dropout);
  f("recurrent_dropout", o.recurrent_dropout);
  if constexpr (requires { o.seed; }) f("seed", o.seed);
  f("return_sequences", o.return_sequences);
  f("return_state", o.return_state);
  f("go_backwards", o.go_backwards);
  f("stateful", o.stateful);
  f("unroll", o.unroll);
  if constexpr (requires { o.reset_after; }) f("reset_after", o.reset_after);
  f("zero_output_for_mask", o.zero_output_for_mask);
}

/// A weight of the cell; its path is that of Keras' weight files.
struct CellWeight {
  std::string_view path;
  Shape shape;
  Initializer initializer;
};
inline constexpr std::string_view kKernel = "cell/kernel";
inline constexpr std::string_view kRecurrentKernel = "cell/recurrent_kernel";
inline constexpr std::string_view kBias = "cell/bias";
std::vector<CellWeight> cell_weights(const RecurrentSetup& setup, const Shape& sequences);

/// The names of the cell's states: h, and c of an LSTM.
std::vector<std::string_view> state_names(const RecurrentSetup& setup);

/// Runs the loop over the steps. Throws ShapeError or MaskError if an argument does not fit.
ops::RnnResult run_recurrence(const RecurrentSetup& setup, const ops::RnnWeights& weights,
                              const Tensor& sequences, const OptionalMask& mask,
                              const Tensors& initial_state);

/// Throws ShapeError if the kept states are of another batch size than `sequences`.
void check_kept_batch(const Tensor& state, const Tensor& sequences);

/// The masks of the outputs: that of the sequence, read from the end with go_backwards; states none.
OptionalMasks recurrent_masks(const RecurrentSetup& setup, const OptionalMask& mask);

/// What LSTM, GRU and SimpleRNN are, but for their options.
template <class D, class O>
class RecurrentLayer : public SequenceLayer<D> {
 public:
  using Options = O;
  const O& options() const { return options_; }
  std::string_view several_outputs() const { return options_.return_state ? "return_state" : ""; }

  void build(const std::vector<std::vector<Shape>>& shapes) const {
    for (const CellWeight& w : cell_weights(setup_, shapes[0][0])) {
      this->add_weight(w.path, w.shape, w.initializer);
    }
  }

  Tensors call(const Arguments& arguments) const {
    const Tensor sequences = arguments.tensor("sequences");
    const bool keeps_states = options_.stateful && !sequences.is_meta();
    Tensors initial_state = arguments.list("initial_state");
    if (keeps_states && initial_state.empty()) initial_state = kept_states(sequences);
    const ops::RnnWeights weights{.kernel = this->weight(kKernel),
                                  .recurrent_kernel = this->weight(kRecurrentKernel),
                                  .bias = this->optional_weight(kBias)};
    ops::RnnResult result =
        run_recurrence(setup_, weights, sequences, arguments.mask("sequences"), initial_state);
    if (keeps_states) keep_states(result.states);
    if (!options_.return_state) return {std::move(result.output)};
    result.states.insert(result.states.begin(), std::move(result.output));
    return std::move(result.states);
  }

  OptionalMasks compute_mask(const Arguments&, const OptionalMasks& previous) const {
    return recurrent_masks(setup_, previous[0]);
  }

 protected:
  RecurrentLayer(op::CellKind cell, O options)
      : SequenceLayer<D>(options.name),
        options_(std::move(options)),
        setup_(recurrent_setup(D::kType, cell, options_)) {}

 private:
  Tensors kept_states(const Tensor& sequences) const {
    Tensors states;
    for (const std::string_view name : state_names(setup_)) {
      const Tensor state = this->state(name);
      if (!state.defined()) return {};
      check_kept_batch(state, sequences);
      states.push_back(state);
    }
    return states;
  }

  void keep_states(const Tensors& states) const {
    const auto names = state_names(setup_);
    for (std::size_t i = 0; i < names.size(); ++i) this->set_state(names[i], states[i]);
  }

  const O options_;
  const RecurrentSetup setup_;
};

}  // namespace detail

}  // namespace domino::layers
