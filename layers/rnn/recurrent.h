#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/core/config.h"
#include "domino/graph/layer_templates.h"
#include "domino/layers/one_output.h"
#include "domino/layers/rnn/built_in_cell.h"

namespace domino::layers {

/// What may stand behind the sequence in the call of a recurrent layer:
/// `lstm(x, {.mask = m, .initial_state = {h, c}})`.
template <class T>
struct RecurrentCall {
  MaskArgument<T> mask = {};
  /// h, and c of an LSTM, each (batch, units); of a stack those of its cells one behind the other; of
  /// Bidirectional first those of the forward layer. One row, (1, units), serves all sequences.
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

/// How a recurrent layer runs its cell; made from the options of the layer.
struct LoopSetup {
  bool return_sequences;
  bool return_state;
  bool go_backwards;
  bool stateful;
  bool unroll;
  bool zero_output_for_mask;
};

template <class Options>
LoopSetup loop_setup(const Options& o) {
  return {.return_sequences = o.return_sequences,
          .return_state = o.return_state,
          .go_backwards = o.go_backwards,
          .stateful = o.stateful,
          .unroll = o.unroll,
          .zero_output_for_mask = o.zero_output_for_mask};
}

template <class Options>
void loop_fields(Fields& f, Options& o) {
  f("return_sequences", o.return_sequences);
  f("return_state", o.return_state);
  f("go_backwards", o.go_backwards);
  f("stateful", o.stateful);
  f("unroll", o.unroll);
  f("zero_output_for_mask", o.zero_output_for_mask);
}

/// The layer as a cell. Throws BuildError, naming `type`, if it is none.
const RecurrentCell& recurrent_cell(std::string_view type, const LayerHandle& layer);

/// What a cell is built for: one step of the sequences, and its states.
std::vector<std::vector<Shape>> cell_shapes(const RecurrentCell& cell, const Shape& sequences);

/// Runs a built cell over the steps. Throws ShapeError or MaskError if an argument does not fit.
ops::RnnResult run_recurrence(const LayerHandle& cell, const LoopSetup& loop,
                              const Tensor& sequences, const OptionalMask& mask,
                              const Tensors& initial_state);

/// Throws ShapeError if the kept states are of another batch size than `sequences`.
void check_kept_batch(const Tensor& state, const Tensor& sequences);

/// The masks of the outputs: that of the sequence, read from the end with go_backwards; states none.
OptionalMasks recurrent_masks(const LoopSetup& loop, const OptionalMask& mask);

/// What RNN, LSTM, GRU and SimpleRNN are, but for their options: a cell and a loop.
template <class D>
class RecurrentLayer : public SequenceLayer<D> {
 public:
  const LayerHandle& cell() const { return cell_; }
  std::string_view several_outputs() const { return loop_.return_state ? "return_state" : ""; }

  void build(const std::vector<std::vector<Shape>>& shapes) const {
    const auto inner = cell_shapes(as_cell(), shapes[0][0]);
    this->add_layer("cell", cell_);
    domino::build(*cell_, inner);
  }

  Tensors call(const Arguments& arguments) const {
    const Tensor sequences = arguments.tensor("sequences");
    Tensors initial_state = arguments.list("initial_state");
    if (loop_.stateful && initial_state.empty()) initial_state = kept_states(sequences);
    ops::RnnResult result =
        run_recurrence(cell_, loop_, sequences, arguments.mask("sequences"), initial_state);
    if (loop_.stateful) keep_states(result.states);
    if (!loop_.return_state) return {std::move(result.output)};
    result.states.insert(result.states.begin(), std::move(result.output));
    return std::move(result.states);
  }

  OptionalMasks compute_mask(const Arguments&, const OptionalMasks& previous) const {
    return recurrent_masks(loop_, previous[0]);
  }

 protected:
  RecurrentLayer(std::string name, LayerHandle cell, const LoopSetup& loop)
      : SequenceLayer<D>(std::move(name)), cell_(std::move(cell)), loop_(loop) {
    as_cell();
  }

 private:
  const RecurrentCell& as_cell() const { return recurrent_cell(D::kType, cell_); }

  Tensors kept_states(const Tensor& sequences) const {
    Tensors states;
    for (std::size_t i = 0; i < as_cell().state_sizes().size(); ++i) {
      const Tensor state = this->state(std::to_string(i));
      if (!state.defined()) return {};
      check_kept_batch(state, sequences);
      states.push_back(state);
    }
    return states;
  }

  void keep_states(const Tensors& states) const {
    for (std::size_t i = 0; i < states.size(); ++i) this->set_state(std::to_string(i), states[i]);
  }

  const LayerHandle cell_;
  const LoopSetup loop_;
};

/// LSTM, GRU or SimpleRNN: a loop around the cell `C`, with the options of both in one `O`.
template <class D, class C, class O>
class LayerOfCell : public RecurrentLayer<D> {
 public:
  using Options = O;
  const O& options() const { return options_; }

 protected:
  explicit LayerOfCell(O options)
      : RecurrentLayer<D>(options.name, cell_of(options), loop_setup(options)),
        options_(std::move(options)) {}

 private:
  /// The cell has the options of the layer that it knows.
  static C cell_of(O options) {
    cell_setup(D::kType, C::kCell, options);  // its errors name the layer
    Config config;
    Fields fields(&config);
    options.fields(fields);
    return C::from_config(config);
  }

  const O options_;
};

}  // namespace detail

}  // namespace domino::layers
