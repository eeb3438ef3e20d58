#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domino/layers/attention/projected_attention.h"
#include "domino/layers/integers.h"
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
  Integers attention_axes = {};  ///< axes of steps to attend along; else all
  std::optional<int> sliding_window = std::nullopt;    ///< a query sees keys less far away
  std::optional<bool> flash_attention = std::nullopt;  ///< no effect
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  bool use_gate = false;  ///< heads are multiplied by a sigmoid of the query's projection
  Seed seed = {};
  std::string name = {};
  void fields(Fields& f);
};

/// Multi-head attention ("Attention is all you need").
///
/// Query (batch, queries, features), value and key (batch, keys, features) are projected to heads;
/// gives (batch, queries, features of the query or `output_shape`).
///
/// A query sees the keys that the masks of query, value and key, the attention_mask, the causal mask
/// and the window keep together. One that sees none gives the mean of all values; with
/// `return_attention_scores`, `dropout` or inputs of a higher rank it gives 0, that is the output's
/// bias. The query's mask is handed on; scores carry the mask of what is seen.
///
/// Inputs of a higher rank attend along all their axes of steps, or along `attention_axes`; what
/// remains counts as batch. With one attended axis a mask stands on the axes up to it: for axis 2 of
/// (batch, rows, steps, features) it is (batch, rows, steps). With several only attention_mask is
/// taken.
///
/// Rules = Keras ignores an explicit query_mask and takes the masks off the inputs.
/// Weights: query_dense, key_dense, _gate_dense, value_dense, output_dense, each /kernel and /bias.
/// Keras: keras/src/layers/attention/multi_head_attention.py.
class MultiHeadAttention final : public detail::ProjectedAttention<MultiHeadAttention> {
 public:
  static constexpr std::string_view kType = "MultiHeadAttention";
  static constexpr std::string_view kOutputDense = "output_dense";
  using Options = MultiHeadAttentionOptions;

  explicit MultiHeadAttention(MultiHeadAttentionOptions options);
  MultiHeadAttention(int num_heads, int key_dim, MultiHeadAttentionOptions options = {});
  const MultiHeadAttentionOptions& options() const { return options_; }

  void build(const std::vector<std::vector<Shape>>& shapes) const;
  Tensors call(const Arguments& arguments) const;

 private:
  std::int64_t value_dim() const { return options_.value_dim.value_or(options_.key_dim); }

  const MultiHeadAttentionOptions options_;
};

}  // namespace domino::layers
