#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domino/backends/op.h"
#include "domino/graph/layer_templates.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/integers.h"
#include "domino/layers/one_output.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of MultiHeadAttention; `num_heads` and `key_dim` are its constructor's first arguments.
struct MultiHeadAttentionOptions {
  int num_heads = 0;
  int key_dim = 0;                              ///< width of each head of query and key
  std::optional<int> value_dim = std::nullopt;  ///< width of each head of the value; else key_dim
  /// No effect at inference, but that a query which sees no key gives 0, as in Keras.
  double dropout = 0.0;
  bool use_bias = true;
  Integers output_shape = {};    ///< features of the output; else those of the query
  Integers attention_axes = {};  ///< all axes of steps; no others are supported
  std::optional<int> sliding_window = std::nullopt;    ///< a query sees keys less far away
  std::optional<bool> flash_attention = std::nullopt;  ///< no effect
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  bool use_gate = false;  ///< heads are multiplied by a sigmoid of the query's projection
  Seed seed = {};
  std::string name = {};
  void fields(Fields& f);
};

/// The call of MultiHeadAttention: `mha({.query = x, .value = x, .use_causal_mask = true})`.
template <class T>
struct MultiHeadAttentionCall {
  T query;
  T value;
  std::optional<T> key = std::nullopt;  ///< not given: the value
  /// Nonzero where a query may see a key: (queries, keys), (batch, queries, keys) or (batch, heads,
  /// queries, keys); sizes may be 1.
  std::optional<T> attention_mask = std::nullopt;
  MaskArgument<T> query_mask = {};
  MaskArgument<T> value_mask = {};
  MaskArgument<T> key_mask = {};         ///< without a key: another mask of the value
  bool return_attention_scores = false;  ///< for `outputs()`: (batch, heads, queries, keys)
  bool use_causal_mask = false;          ///< query t sees the keys at t and before
};

/// Multi-head attention ("Attention is all you need").
///
/// Query (batch, queries, features), value and key (batch, keys, features) are projected to heads;
/// gives (batch, queries, features of the query or `output_shape`).
///
/// A query sees the keys that the masks of query, value and key, the attention_mask, the causal mask
/// and the window keep together. One that sees none gives the mean of all values; with
/// `return_attention_scores`, `dropout` or inputs of a higher rank it gives 0, that is the output's
/// bias. The query's mask is handed on; scores carry the mask of what is seen. Inputs of a higher rank
/// attend over all their axes of steps and take no mask but attention_mask.
///
/// Rules = Keras ignores an explicit query_mask and takes the masks off the inputs.
/// Weights: query_dense, key_dense, _gate_dense, value_dense, output_dense, each /kernel and /bias.
/// Keras: keras/src/layers/attention/multi_head_attention.py.
class MultiHeadAttention final : public NamedLayer<MultiHeadAttention> {
 public:
  static constexpr std::string_view kType = "MultiHeadAttention";
  using Options = MultiHeadAttentionOptions;

  explicit MultiHeadAttention(MultiHeadAttentionOptions options);
  MultiHeadAttention(int num_heads, int key_dim, MultiHeadAttentionOptions options = {});
  const MultiHeadAttentionOptions& options() const { return options_; }

  /// Wires the layer into a graph. Throws BuildError if the scores are asked for.
  SymbolicTensor operator()(const MultiHeadAttentionCall<SymbolicTensor>& call,
                            SourceLocation where = SourceLocation::current()) const {
    return only_output(call, where);
  }
  /// Computes at once; the result carries its mask.
  Tensor operator()(const MultiHeadAttentionCall<Tensor>& call,
                    SourceLocation where = SourceLocation::current()) const {
    return only_output(call, where);
  }
  /// The same with all outputs.
  SymbolicTensors outputs(const MultiHeadAttentionCall<SymbolicTensor>& call,
                          SourceLocation where = SourceLocation::current()) const {
    return all_outputs(call, where);
  }
  Tensors outputs(const MultiHeadAttentionCall<Tensor>& call,
                  SourceLocation where = SourceLocation::current()) const {
    return all_outputs(call, where);
  }

  static Signature arguments();
  void build(const std::vector<std::vector<Shape>>& shapes) const;
  Tensors call(const Arguments& arguments) const;
  OptionalMasks compute_mask(const Arguments& arguments, const OptionalMasks& previous) const;

 private:
  template <class T>
  std::vector<T> all_outputs(const MultiHeadAttentionCall<T>& call, SourceLocation where) const;
  template <class T>
  T only_output(const MultiHeadAttentionCall<T>& call, SourceLocation where) const;

  void add_projection(const std::string& name, std::vector<std::int64_t> from,
                      const std::vector<std::int64_t>& to) const;
  /// (..., features) by a kernel whose first `from_axes` axes make the features: (..., *others).
  Tensor projected(const Tensor& x, const std::string& name, int from_axes,
                   op::UnaryKind activation = op::UnaryKind::Linear) const;
  Tensor seen_keys(const Arguments& arguments, const Shape& query, const Shape& value,
                   const Shape& key) const;
  Tensor seen_by_place(const Arguments& arguments, const Shape& query, const Shape& key) const;
  std::int64_t value_dim() const { return options_.value_dim.value_or(options_.key_dim); }

  const MultiHeadAttentionOptions options_;
};

template <class T>
std::vector<T> MultiHeadAttention::all_outputs(const MultiHeadAttentionCall<T>& call,
                                               SourceLocation where) const {
  const auto listed = [](const std::optional<T>& tensor) {
    return tensor ? std::vector<T>{*tensor} : std::vector<T>{};
  };
  // A key_mask is about the key, which is the value if none is given.
  const bool masks_value = !call.key && call.key_mask.kind() == MaskArgument<T>::Kind::Given;
  const std::vector<T> key = masks_value ? std::vector<T>{call.value} : listed(call.key);
  return apply(
      Call<T>{.arguments = {{call.query}, {call.value}, key, listed(call.attention_mask)},
              .masks = {call.query_mask, call.value_mask, call.key_mask},
              .options = Config::object({{"return_attention_scores", call.return_attention_scores},
                                         {"use_causal_mask", call.use_causal_mask}}),
              .positional = false,
              .where = where});
}

template <class T>
T MultiHeadAttention::only_output(const MultiHeadAttentionCall<T>& call,
                                  SourceLocation where) const {
  check_one_output(*this, call.return_attention_scores ? "return_attention_scores" : "");
  return std::move(all_outputs(call, where).front());
}

}  // namespace domino::layers
