#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domino/layers/attention/projected_attention.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of GroupQueryAttention; the first three are its constructor's first arguments.
struct GroupQueryAttentionOptions {
  int head_dim = 0;             ///< width of each head
  int num_query_heads = 0;      ///< a multiple of num_key_value_heads
  int num_key_value_heads = 0;  ///< each serves a group of neighbouring query heads
  /// No effect at inference, but that a query which sees no key gives 0, as in Keras.
  double dropout = 0.0;
  bool use_bias = true;
  std::optional<int> sliding_window = std::nullopt;    ///< a query sees keys less far away
  std::optional<bool> flash_attention = std::nullopt;  ///< no effect
  InitializerSpec kernel_initializer = "glorot_uniform";
  InitializerSpec bias_initializer = "zeros";
  bool use_gate = false;  ///< heads are multiplied by a sigmoid of the query's projection
  Seed seed = {};
  std::string name = {};
  void fields(Fields& f);
};

/// Attention with fewer heads of key and value than of query (Ainslie et al. 2023).
///
/// Query (batch, queries, features), value and key (batch, keys, features); gives (batch, queries,
/// features of the query). It is called like MultiHeadAttention, sees keys by the same rules, and its
/// outputs carry the same masks; it keeps the masks of its inputs under Keras' rules too, where only a
/// query_mask given by hand is used but not handed on.
///
/// Differs from Keras: a model may be wired with values of other features than the query's.
/// Weights: _query_dense, _key_dense, _gate_dense, _value_dense, _output_dense, each /kernel and
/// /bias. Keras: keras/src/layers/attention/grouped_query_attention.py, GroupedQueryAttention, which
/// gives the layer its name.
class GroupQueryAttention final : public detail::ProjectedAttention<GroupQueryAttention> {
 public:
  static constexpr std::string_view kType = "GroupQueryAttention";
  static constexpr std::string_view kOutputDense = "_output_dense";
  using Options = GroupQueryAttentionOptions;

  explicit GroupQueryAttention(GroupQueryAttentionOptions options);
  GroupQueryAttention(int head_dim, int num_query_heads, int num_key_value_heads,
                      GroupQueryAttentionOptions options = {});
  const GroupQueryAttentionOptions& options() const { return options_; }

  void build(const std::vector<std::vector<Shape>>& shapes) const;
  Tensors call(const Arguments& arguments) const;

 private:
  const GroupQueryAttentionOptions options_;
};

}  // namespace domino::layers
