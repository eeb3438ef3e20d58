#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domino/graph/layer_templates.h"
#include "domino/layers/one_output.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of Attention.
struct AttentionOptions {
  bool use_scale = false;          ///< scores are multiplied by a weight
  std::string score_mode = "dot";  ///< "dot", or "concat": the sum of tanh(query + key)
  double dropout = 0.0;            ///< no effect at inference
  Seed seed = {};
  std::string name = {};
  void fields(Fields& f);
};

/// What may stand behind the tensors in a call of Attention.
template <class T>
struct AttentionCall {
  /// The masks of query and value (and key), in place of all those that the tensors carry; nullopt for
  /// none. Not given: those that they carry.
  std::vector<std::optional<T>> mask = {};
  bool return_attention_scores = false;  ///< for `outputs()`: the weights are the second output
  bool use_causal_mask = false;          ///< query t sees the values at t and before
};

/// Dot-product attention without projections (Luong): softmax(query key^T) value.
///
/// Called on a list, `[query, value]` or `[query, value, key]`, of (batch, queries, width), (batch,
/// values, width) twice; gives (batch, queries, width of value), and the scores (batch, queries,
/// values) behind it if asked.
///
/// The value's mask, (batch, values) or (batch, queries, values), hides values: 1e9 is taken off their
/// scores, so where all are hidden what rounding leaves of the scores decides. Rows that the query's
/// mask hides become 0; that mask is handed on. The key's mask is ignored, as in Keras.
/// Weights: scale, concat_score_weight, if used. Keras: keras/src/layers/attention/attention.py.
class Attention final : public NamedLayer<Attention> {
 public:
  static constexpr std::string_view kType = "Attention";
  using Options = AttentionOptions;

  explicit Attention(AttentionOptions options = {});
  const AttentionOptions& options() const { return options_; }

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
  void build(const std::vector<std::vector<Shape>>& shapes) const;
  Tensors call(const Arguments& arguments) const;
  OptionalMasks compute_mask(const Arguments& arguments, const OptionalMasks& previous) const;

 private:
  template <class T>
  std::vector<T> all_outputs(const std::vector<T>& inputs, const AttentionCall<T>& options,
                             SourceLocation where) const;
  template <class T>
  T only_output(const std::vector<T>& inputs, const AttentionCall<T>& options,
                SourceLocation where) const;
  Tensor scores(const Tensor& query, const Tensor& key) const;

  const AttentionOptions options_;
};

template <class T>
std::vector<T> Attention::all_outputs(const std::vector<T>& inputs, const AttentionCall<T>& options,
                                      SourceLocation where) const {
  MaskArgument<T> mask;
  if (!options.mask.empty()) {
    // Keras takes two or three masks for two or three tensors.
    auto masks = options.mask;
    if (masks.size() == 2 || masks.size() == 3) masks.resize(inputs.size());
    mask = std::move(masks);
  }
  return apply(Call<T>{
      .arguments = {inputs},
      .masks = {std::move(mask)},
      .options = Config::object({{"return_attention_scores", options.return_attention_scores},
                                 {"use_causal_mask", options.use_causal_mask}}),
      .positional = false,
      .where = where});
}

template <class T>
T Attention::only_output(const std::vector<T>& inputs, const AttentionCall<T>& options,
                         SourceLocation where) const {
  check_one_output(*this, options.return_attention_scores ? "return_attention_scores" : "");
  return std::move(all_outputs(inputs, options, where).front());
}

}  // namespace domino::layers
