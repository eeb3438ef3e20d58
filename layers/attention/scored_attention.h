#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "domino/backends/op.h"
#include "domino/graph/layer_templates.h"
#include "domino/layers/one_output.h"

namespace domino::layers {

/// What may stand behind the tensors in a call of Attention or AdditiveAttention.
template <class T>
struct AttentionCall {
  /// The masks of query and value (and key), in place of all those that the tensors carry; nullopt for
  /// none. Not given: those that they carry.
  std::vector<std::optional<T>> mask = {};
  bool return_attention_scores = false;  ///< for `outputs()`: the weights are the second output
  bool use_causal_mask = false;          ///< query t sees the values at t and before
};

/// What Attention and AdditiveAttention share.
namespace detail {

/// Throws ShapeError unless they are [query, value] or [query, value, key].
void check_attention_list(const std::vector<Shape>& inputs);

/// The inputs of a call, in float32; without a key the value stands for it.
struct QueryValueKey {
  Tensor query;
  Tensor value;
  Tensor key;
};
QueryValueKey query_value_key(const Tensors& inputs);

/// softmax(scores) value, where masks allow it, and the weights behind it if the call asks for them.
Tensors attended(const Arguments& arguments, Tensor scores, const Tensor& value);

/// How scores come about, as op::Attention says it.
struct Scoring {
  op::ScoreKind kind;
  Tensor query;
  Tensor key;
  Tensor weights = {};  ///< of additive scores
};

/// Whether all are (batch, steps, features) of the same sequences, with at most a mask of steps: then
/// op::Attention does the same, and leaves out what masks hide.
bool is_of_sequences(const Arguments& arguments, const QueryValueKey& of);
Tensors attended(const Arguments& arguments, const Scoring& scoring, const Tensor& value);

/// `D` has `Tensor scores(const Tensor& query, const Tensor& key) const`, before masks and softmax, and
/// `Scoring scoring(const Tensor& query, const Tensor& key) const` for the same scores.
template <class D>
class ScoredAttention : public NamedLayer<D> {
 public:
  /// Wires the layer into a graph. Throws BuildError if the scores are asked for.
  SymbolicTensor operator()(const SymbolicTensors& inputs,
                            const AttentionCall<SymbolicTensor>& options = {},
                            SourceLocation where = SourceLocation::current()) const {
    return only_output(inputs, options, where);
  }
  /// Computes at once; the result carries its mask.
  Tensor operator()(const Tensors& inputs, const AttentionCall<Tensor>& options = {},
                    SourceLocation where = SourceLocation::current()) const {
    return only_output(inputs, options, where);
  }
  /// The same with all outputs.
  SymbolicTensors outputs(const SymbolicTensors& inputs,
                          const AttentionCall<SymbolicTensor>& options = {},
                          SourceLocation where = SourceLocation::current()) const {
    return all_outputs(inputs, options, where);
  }
  Tensors outputs(const Tensors& inputs, const AttentionCall<Tensor>& options = {},
                  SourceLocation where = SourceLocation::current()) const {
    return all_outputs(inputs, options, where);
  }

  static Signature arguments() { return {{.name = "inputs", .list = true, .mask = "mask"}}; }

  Tensors call(const Arguments& arguments) const {
    const QueryValueKey of = query_value_key(arguments.list("inputs"));
    if (!is_of_sequences(arguments, of)) {
      return attended(arguments, this->self().scores(of.query, of.key), of.value);
    }
    return attended(arguments, this->self().scoring(of.query, of.key), of.value);
  }
  OptionalMasks compute_mask(const Arguments&, const OptionalMasks& previous) const {
    return {previous[0]};
  }

 protected:
  using NamedLayer<D>::NamedLayer;

 private:
  template <class T>
  std::vector<T> all_outputs(const std::vector<T>& inputs, const AttentionCall<T>& options,
                             SourceLocation where) const {
    MaskArgument<T> mask;
    if (!options.mask.empty()) {
      // Keras takes two or three masks for two or three tensors.
      auto masks = options.mask;
      if (masks.size() == 2 || masks.size() == 3) masks.resize(inputs.size());
      mask = std::move(masks);
    }
    return this->apply(Call<T>{
        .arguments = {inputs},
        .masks = {std::move(mask)},
        .options = Config::object({{"return_attention_scores", options.return_attention_scores},
                                   {"use_causal_mask", options.use_causal_mask}}),
        .positional = false,
        .where = where});
  }

  template <class T>
  T only_output(const std::vector<T>& inputs, const AttentionCall<T>& options,
                SourceLocation where) const {
    check_one_output(*this, options.return_attention_scores ? "return_attention_scores" : "");
    return std::move(all_outputs(inputs, options, where).front());
  }
};

}  // namespace detail

}  // namespace domino::layers
