#include "domino/layers/rnn/recurrent.h"

#include <algorithm>

#include "domino/backends/meta/trace.h"
#include "domino/backends/ops/ops_internal.h"
#include "domino/core/check.h"
#include "domino/graph/mask_rules.h"

namespace domino::layers::detail {

const RecurrentCell& recurrent_cell(std::string_view type, const LayerHandle& layer) {
  check<BuildError>(static_cast<bool>(layer),
                    "{}: no cell is given; give one, as in RNN(LSTMCell(32))", type);
  const auto* cell = dynamic_cast<const RecurrentCell*>(&*layer);
  check<BuildError>(
      cell != nullptr,
      "{}: {} is no cell; give LSTMCell, GRUCell, SimpleRNNCell, StackedRNNCells or a "
      "layer derived from RNNCell",
      type, layer->title());
  return *cell;
}

std::vector<std::vector<Shape>> cell_shapes(const RecurrentCell& cell, const Shape& sequences) {
  cell.check_sequences(sequences);
  const Shape inputs = sequences.without(1);
  return {{inputs}, cell.state_shapes(inputs)};
}

namespace {

/// keras/src/backend/tensorflow/rnn.py, unroll: the mask that zeroes outputs is not reversed with
/// them.
bool zeroes_other_steps(const LoopSetup& loop, const OptionalMask& mask) {
  return current_rules() == MaskRules::Keras && mask && loop.unroll && loop.go_backwards &&
         loop.return_sequences && loop.zero_output_for_mask;
}

/// `kept` with axes of size 1 behind, as many as it lacks.
Tensor with_rank(Tensor kept, int rank) {
  while (kept.rank() < rank) kept = ops::expand_dims(kept, -1);
  return kept;
}

Tensor zeroed(const Tensor& output, const Mask& mask) {
  return ops::where(with_rank(ops::cast(mask, DType::Bool), output.rank()), output, 0.0);
}

void append(Tensors& to, const Tensors& more) { to.insert(to.end(), more.begin(), more.end()); }

/// Cells that the recurrent verb knows, each over the whole sequence: what a cell gives at a masked
/// step no cell behind it reads.
ops::RnnResult run_fused(const std::vector<FusedCell>& cells, const LoopSetup& loop, Tensor x,
                         OptionalMask mask, const Tensors& states) {
  ops::RnnResult result;
  auto next = states.begin();
  for (const FusedCell& cell : cells) {
    const bool first = &cell == &cells.front();
    const bool last = &cell == &cells.back();
    op::Rnn op = cell.op;
    op.go_backwards = first && loop.go_backwards;
    op.return_sequences = !last || loop.return_sequences;
    op.zero_output_for_mask = last && loop.zero_output_for_mask;
    const auto count = op.cell == op::CellKind::LSTM ? 2 : 1;
    const Tensors start = states.empty() ? Tensors() : Tensors(next, next + count);
    if (!states.empty()) next += count;
    ops::RnnResult one = ops::rnn(x, mask, cell.weights, start, op);
    if (op.go_backwards && !last && mask) mask = Mask(ops::flip(*mask, 1));
    append(result.states, one.states);
    x = std::move(one.output);
  }
  result.output = std::move(x);
  return result;
}

/// Where `kept`, (batch, 1 or units) or undefined, the new values, else the old ones.
Tensor chosen(const Tensor& kept, const Tensor& now, const Tensor& before) {
  return kept.defined() ? ops::where(with_rank(kept, now.rank()), now, before) : now;
}

/// Any cell, step by step.
class StepLoop {
 public:
  StepLoop(const LayerHandle& cell, const LoopSetup& loop, Tensor x, const OptionalMask& mask,
           Tensors states)
      : cell_(*cell), loop_(loop), x_(std::move(x)), states_(std::move(states)) {
    if (mask) kept_ = ops::steps_mask(x_, mask, recurrent_cell("RNN", cell).output_size());
  }

  ops::RnnResult run() {
    const std::int64_t steps = x_.size(1);
    check(steps > 0, "a sequence without steps, {}; a recurrent layer needs at least one",
          x_.shape());
    // Without numbers every step is like the first.
    for (std::int64_t i = 0; i < (x_.is_meta() ? 1 : steps); ++i) {
      step(loop_.go_backwards ? steps - 1 - i : i);
    }
    if (x_.is_meta()) return for_all_steps(steps);
    return {loop_.return_sequences ? ops::stack(outputs_, 1) : outputs_.back(), states_};
  }

 private:
  void step(std::int64_t at) {
    const Tensor kept = kept_.defined() ? ops::select(kept_, 1, at) : Tensor();
    Tensors results = invoke(cell_, {.arguments = {{ops::select(x_, 1, at)}, states_}, .masks = {}},
                             current_rules());
    check<BuildError>(
        results.size() == states_.size() + 1,
        "its cell, {}, gives {} tensors; expected the output and as many states as it "
        "has, here {}",
        cell_.title(), results.size(), states_.size());
    const bool repeats = !outputs_.empty() && !loop_.zero_output_for_mask;
    const Tensor before = repeats ? outputs_.back() : ops::zeros_like(results[0]);
    outputs_.push_back(chosen(kept, results[0], before));
    for (std::size_t i = 0; i < states_.size(); ++i) {
      states_[i] = chosen(kept, results[i + 1], states_[i]);
    }
  }

  /// The value numbers say that all steps count.
  ops::RnnResult for_all_steps(std::int64_t steps) const {
    const Tensor& output = outputs_.back();
    const auto all = [&](const Tensor& one, const Shape& shape) {
      const Tensors from{x_, kept_, one};
      return meta::made_by(op::Concatenate{1}, from, shape, one.dtype());
    };
    ops::RnnResult result;
    const Shape& one = output.shape();
    result.output = all(output, loop_.return_sequences ? one.inserted(1, steps) : one);
    for (const Tensor& state : states_) result.states.push_back(all(state, state.shape()));
    return result;
  }

  const Layer& cell_;
  const LoopSetup& loop_;
  const Tensor x_;
  Tensor kept_;  // bool (batch, steps, 1 or units)
  Tensors states_;
  Tensors outputs_;
};

ops::RnnResult run_steps(const LayerHandle& layer, const LoopSetup& loop, const Tensor& x,
                         const OptionalMask& mask, Tensors states) {
  if (states.empty()) states = recurrent_cell("RNN", layer).states_before(x.shape().without(1));
  return StepLoop(layer, loop, x, mask, std::move(states)).run();
}

/// A state as float32; as in Keras, one row serves all sequences.
Tensor for_each_row(const Tensor& state, std::int64_t batch) {
  const Tensor x = ops::cast(state, DType::Float32);
  const bool serves_all = x.rank() > 0 && x.size(0) == 1 && batch != 1;
  return serves_all ? ops::broadcast_to(x, x.shape().with(0, batch)) : x;
}

/// A mask of single features acts inside the step of a stack, where the next cell sees it.
bool masks_features(const OptionalMask& mask) {
  return mask && mask->shape().rank() == 3 && mask->shape()[2] != 1;
}

}  // namespace

ops::RnnResult run_recurrence(const LayerHandle& layer, const LoopSetup& loop,
                              const Tensor& sequences, const OptionalMask& mask,
                              const Tensors& initial_state) {
  const RecurrentCell& cell = recurrent_cell("RNN", layer);
  cell.check_sequences(sequences.shape());
  const std::vector<FusedCell> fused = cell.fused();
  if (!fused.empty()) check_cell_features(fused.front().weights, sequences.shape());
  Tensors states;
  for (const Tensor& state : initial_state)
    states.push_back(for_each_row(state, sequences.size(0)));
  if (!states.empty()) check_states(cell, "initial_state", states, sequences.shape().without(1));
  LoopSetup inner = loop;
  const bool zeroes_others = zeroes_other_steps(loop, mask);
  if (zeroes_others) inner.zero_output_for_mask = false;
  const Tensor x = ops::cast(sequences, DType::Float32);
  const bool at_once = fused.size() == 1 || (!fused.empty() && !masks_features(mask));
  ops::RnnResult result =
      at_once ? run_fused(fused, inner, x, mask, states) : run_steps(layer, inner, x, mask, states);
  if (zeroes_others) result.output = zeroed(result.output, *mask);
  return result;
}

void check_kept_batch(const Tensor& state, const Tensor& sequences) {
  check(state.size(0) == sequences.size(0),
        "is stateful and keeps the states of {} sequences, got {} sequences in {}; give as many in "
        "every call, or forget the states with Session::reset()",
        state.size(0), sequences.size(0), sequences.shape());
}

OptionalMasks recurrent_masks(const LoopSetup& loop, const OptionalMask& mask) {
  if (!loop.return_sequences || !mask) return {std::nullopt};
  if (!loop.go_backwards) return {mask};
  return {Mask(ops::flip(*mask, 1))};
}

}  // namespace domino::layers::detail
