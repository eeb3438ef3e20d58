#include "domino/layers/attention/attention.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/initializers/initializers.h"

namespace domino::layers {

void AttentionOptions::fields(Fields& f) {
  f("use_scale", use_scale);
  f("score_mode", score_mode);
  f("dropout", dropout);
  f("seed", seed);
}

Attention::Attention(AttentionOptions options)
    : ScoredAttention(options.name), options_(std::move(options)) {
  check<ValueError>(options_.score_mode == "dot" || options_.score_mode == "concat",
                    "Attention: score_mode is '{}'; expected 'dot' or 'concat'",
                    options_.score_mode);
}

void Attention::build(const std::vector<std::vector<Shape>>& shapes) const {
  detail::check_attention_list(shapes[0]);
  if (options_.use_scale) add_weight("scale", {}, initializers::Ones{});
  if (options_.score_mode == "concat") {
    add_weight("concat_score_weight", {}, initializers::Ones{});
  }
}

Tensor Attention::scaled(const Tensor& x) const {
  const Tensor scale = optional_weight("scale");
  return scale.defined() ? ops::multiply(x, scale) : x;
}

Tensor Attention::scores(const Tensor& query, const Tensor& key) const {
  if (options_.score_mode == "dot") {
    check(query.size(-1) == key.size(-1),
          "query and key need as many features, got {} and {} in {} and {}", query.size(-1),
          key.size(-1), query.shape(), key.shape());
    return scaled(ops::matmul(query, key, {.transpose_b = true}));
  }
  const Tensor pairs = ops::add(ops::expand_dims(query, -2), ops::expand_dims(key, -3));
  return ops::multiply(weight("concat_score_weight"), ops::sum(ops::tanh(scaled(pairs)), {-1}));
}

detail::Scoring Attention::scoring(const Tensor& query, const Tensor& key) const {
  if (options_.score_mode == "dot") return {op::ScoreKind::Product, scaled(query), key};
  return {op::ScoreKind::Additive, scaled(query), scaled(key),
          ops::broadcast_to(weight("concat_score_weight"), {query.size(-1)})};
}

}  // namespace domino::layers
