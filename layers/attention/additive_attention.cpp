#include "domino/layers/attention/additive_attention.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/layers/initializers/initializers.h"

namespace domino::layers {

void AdditiveAttentionOptions::fields(Fields& f) {
  f("use_scale", use_scale);
  f("dropout", dropout);
  f("seed", seed);
}

AdditiveAttention::AdditiveAttention(AdditiveAttentionOptions options)
    : ScoredAttention(options.name), options_(std::move(options)) {}

void AdditiveAttention::build(const std::vector<std::vector<Shape>>& shapes) const {
  detail::check_attention_list(shapes[0]);
  if (!options_.use_scale) return;
  add_weight("scale", {shapes[0][0][-1]}, InitializerSpec("glorot_uniform"));
}

Tensor AdditiveAttention::scores(const Tensor& query, const Tensor& key) const {
  const Tensor pairs = ops::tanh(ops::add(ops::expand_dims(query, -2), ops::expand_dims(key, -3)));
  const Tensor scale = optional_weight("scale");
  return ops::sum(scale.defined() ? ops::multiply(pairs, scale) : pairs, {-1});
}

detail::Scoring AdditiveAttention::scoring(const Tensor& query, const Tensor& key) const {
  return {op::ScoreKind::Additive, query, key, optional_weight("scale")};
}

}  // namespace domino::layers
