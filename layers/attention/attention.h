#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domino/layers/attention/scored_attention.h"
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
class Attention final : public detail::ScoredAttention<Attention> {
 public:
  static constexpr std::string_view kType = "Attention";
  using Options = AttentionOptions;

  explicit Attention(AttentionOptions options = {});
  const AttentionOptions& options() const { return options_; }

  void build(const std::vector<std::vector<Shape>>& shapes) const;
  /// (batch, queries, values), before masks and softmax.
  Tensor scores(const Tensor& query, const Tensor& key) const;
  detail::Scoring scoring(const Tensor& query, const Tensor& key) const;

 private:
  Tensor scaled(const Tensor& x) const;

  const AttentionOptions options_;
};

}  // namespace domino::layers
