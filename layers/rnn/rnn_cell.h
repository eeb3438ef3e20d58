#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"

namespace domino::layers {

namespace detail {

/// A cell that the recurrent verb knows: it runs over all steps at once.
struct FusedCell {
  op::Rnn op;  ///< how the loop runs is for the loop to say
  ops::RnnWeights weights;
};

}  // namespace detail

/// What RNN asks of a cell, beside its being a layer. Derive from RNNCell.
class RecurrentCell {
 public:
  virtual ~RecurrentCell() = default;

  /// The features of each state; a state is (batch, features).
  virtual std::vector<std::int64_t> state_sizes() const = 0;
  /// What errors call the states; else their numbers.
  virtual std::vector<std::string> state_names() const;
  /// The features of the output; else those of the first state.
  virtual std::int64_t output_size() const { return state_sizes().at(0); }
  /// The states that so many sequences start with if the call gives no `initial_state`; else zeros.
  virtual Tensors initial_state(std::int64_t batch) const;

  /// For cells whose steps are no vectors: the shapes of the states for a step of `inputs`, what
  /// sequences start with, and a check of the sequences. Else (batch, features) of each state,
  /// `initial_state(batch)`, and (batch, steps, features).
  virtual std::vector<Shape> state_shapes(const Shape& inputs) const;
  virtual Tensors states_before(const Shape& inputs) const { return initial_state(inputs[0]); }
  virtual void check_sequences(const Shape& sequences) const;

  /// The cells that this one runs one behind the other, if the recurrent verb knows them all; else
  /// none, and the steps are run one by one.
  virtual std::vector<detail::FusedCell> fused() const { return {}; }

 protected:
  RecurrentCell() = default;
  RecurrentCell(const RecurrentCell&) = default;
  RecurrentCell& operator=(const RecurrentCell&) = default;
};

namespace detail {

/// Throws ShapeError, calling the argument `what`, unless there is one state of the cell's shape per
/// state of the cell for a step of `inputs`.
void check_states(const RecurrentCell& cell, std::string_view what, const Tensors& states,
                  const Shape& inputs);

}  // namespace detail

/// One step of a recurrent layer, for RNN. The built-in ones are LSTMCell, GRUCell, SimpleRNNCell and
/// StackedRNNCells; a cell of yours is `class MyCell final : public layers::RNNCell<MyCell>`.
///
/// `D` has `static constexpr std::string_view kType` and
/// - `std::vector<std::int64_t> state_sizes() const override`: the features of each state;
/// - `Tensors step(const Tensor& inputs, const Tensors& states) const`, which gets (batch, features) and
///   the states and returns the output and then the new states, as many. Layers inside are called as in
///   the `call` of any layer;
/// - `void build(const Shape& inputs) const` if it has weights; `inputs` is (batch, features);
/// - `output_size()`, if the output has other features than the first state; `initial_state(batch)`, if
///   sequences do not start with zeros;
/// - `Options`, as for UnaryLayer, if it is to be saved. Bidirectional copies its layer by its
///   configuration, so that it needs this and `register_layer<MyCell>("Custom>MyCell")`.
///
/// A cell knows nothing of masks: RNN keeps its states and output at masked steps. Called directly,
/// `cell(x, {h, c})` gives the output and the new states, and a mask of x ends there.
template <class D>
class RNNCell : public domino::detail::LayerBase<D>, public RecurrentCell {
 public:
  /// Wires one step into a graph: the output, then the new states.
  SymbolicTensors operator()(const SymbolicTensor& inputs, const SymbolicTensors& states,
                             SourceLocation where = SourceLocation::current()) const {
    return this->apply(call_of(inputs, states, where));
  }
  /// Computes one step.
  Tensors operator()(const Tensor& inputs, const Tensors& states,
                     SourceLocation where = SourceLocation::current()) const {
    return this->apply(call_of(inputs, states, where));
  }

  const Signature& signature() const final {
    static const Signature kSignature{{.name = "inputs"}, {.name = "states", .list = true}};
    return kSignature;
  }
  void build_from(const std::vector<std::vector<Shape>>& shapes) const final {
    if constexpr (requires(const D& d) { d.build(shapes[0][0]); }) this->self().build(shapes[0][0]);
  }
  Tensors call_with(const Arguments& arguments) const final {
    const Tensor inputs = arguments.tensor("inputs");
    const Tensors& states = arguments.list("states");
    detail::check_states(*this, "states", states, inputs.shape());
    return this->self().step(inputs, states);
  }
  OptionalMasks compute_mask_with(const Arguments&, const OptionalMasks&) const final { return {}; }

 protected:
  using domino::detail::LayerBase<D>::LayerBase;

 private:
  template <class T>
  static Call<T> call_of(const T& inputs, const std::vector<T>& states, SourceLocation where) {
    return {.arguments = {{inputs}, states},
            .masks = {},
            .options = {},
            .positional = false,
            .where = where};
  }
};

}  // namespace domino::layers
