#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domino/layers/attention/scored_attention.h"
#include "domino/layers/seed.h"

namespace domino::layers {

/// Options of AdditiveAttention.
struct AdditiveAttentionOptions {
  bool use_scale = true;  ///< each feature of the score is multiplied by a weight
  double dropout = 0.0;   ///< no effect at inference
  Seed seed = {};
  std::string name = {};
  void fields(Fields& f);
};

/// Additive attention (Bahdanau): softmax(sum of scale tanh(query + key)) value.
///
/// It is called as Attention is, gives the same shapes, and treats masks in the same way.
/// Weights: scale, one entry per feature of the query, if used.
/// Keras: keras/src/layers/attention/additive_attention.py.
class AdditiveAttention final : public detail::ScoredAttention<AdditiveAttention> {
 public:
  static constexpr std::string_view kType = "AdditiveAttention";
  using Options = AdditiveAttentionOptions;

  explicit AdditiveAttention(AdditiveAttentionOptions options = {});
  const AdditiveAttentionOptions& options() const { return options_; }

  void build(const std::vector<std::vector<Shape>>& shapes) const;
  /// (batch, queries, values), before masks and softmax.
  Tensor scores(const Tensor& query, const Tensor& key) const;
  detail::Scoring scoring(const Tensor& query, const Tensor& key) const;

 private:
  const AdditiveAttentionOptions options_;
};

}  // namespace domino::layers
