#include "domino/layers/attention/attention.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/attention/attention_masks.h"
#include "domino/layers/initializers/initializers.h"

namespace domino::layers {

void AttentionOptions::fields(Fields& f) {
  f("use_scale", use_scale);
  f("score_mode", score_mode);
  f("dropout", dropout);
  f("seed", seed);
}

Attention::Attention(AttentionOptions options)
    : NamedLayer(options.name), options_(std::move(options)) {
  check<ValueError>(options_.score_mode == "dot" || options_.score_mode == "concat",
                    "Attention: score_mode is '{}'; expected 'dot' or 'concat'",
                    options_.score_mode);
}

namespace {

void check_inputs(const std::vector<Shape>& inputs) {
  check(inputs.size() == 2 || inputs.size() == 3,
        "needs [query, value] or [query, value, key], got {} tensors", inputs.size());
  for (const Shape& input : inputs) {
    check(input.rank() >= 3, "needs tensors of (batch, steps, features), got {}", input);
  }
}

std::vector<Shape> shapes_of(const Tensors& tensors) {
  std::vector<Shape> shapes;
  for (const Tensor& tensor : tensors) shapes.push_back(tensor.shape());
  return shapes;
}

void check_steps(const Tensor& query, const Tensor& value, const Tensor& key) {
  check(value.size(-2) == key.size(-2),
        "value and key need as many steps, got {} and {} in {} and {}", value.size(-2),
        key.size(-2), value.shape(), key.shape());
  check(query.size(-1) == key.size(-1),
        "query and key need as many features, got {} and {} in {} and {}", query.size(-1),
        key.size(-1), query.shape(), key.shape());
}

}  // namespace

void Attention::build(const std::vector<std::vector<Shape>>& shapes) const {
  check_inputs(shapes[0]);
  if (options_.use_scale) add_weight("scale", {}, initializers::Ones{});
  if (options_.score_mode == "concat") {
    add_weight("concat_score_weight", {}, initializers::Ones{});
  }
}

Tensor Attention::scores(const Tensor& query, const Tensor& key) const {
  const Tensor scale = optional_weight("scale");
  const auto scaled = [&](const Tensor& x) {
    return scale.defined() ? ops::multiply(x, scale) : x;
  };
  if (options_.score_mode == "dot") {
    return scaled(ops::matmul(query, key, {.transpose_b = true}));
  }
  const Tensor pairs = ops::add(ops::expand_dims(query, -2), ops::expand_dims(key, -3));
  return ops::multiply(weight("concat_score_weight"), ops::sum(ops::tanh(scaled(pairs)), {-1}));
}

namespace {

/// Which scores count, bool, by the value's mask and by place; undefined if all do.
Tensor kept_scores(const Tensor& scores, const OptionalMask& value_mask, bool causal) {
  Tensor kept;
  if (value_mask) {
    kept = ops::cast(*value_mask, DType::Bool);
    if (kept.rank() == 2) kept = ops::expand_dims(kept, -2);
    check<MaskError>(kept.rank() >= 2 && broadcasts_to(kept.shape(), scores.shape()),
                     "its value's mask has shape {}; expected (batch, values) or (batch, queries, "
                     "values), here {} or {}",
                     value_mask->shape(), scores.shape().without(-2), scores.shape());
  }
  return causal ? both(kept, causal_mask(scores.size(-2), scores.size(-1))) : kept;
}

Tensor without_hidden(const Tensor& scores, const Tensor& kept) {
  return ops::where(kept, scores, ops::subtract(scores, 1e9));
}

Tensor without_hidden_rows(const Tensor& output, const Mask& query_mask) {
  const Shape rows = output.shape().without(-1);
  check<MaskError>(broadcasts_to(query_mask.shape(), rows),
                   "its query's mask has shape {}; expected (batch, queries), here {}",
                   query_mask.shape(), rows);
  return ops::where(ops::expand_dims(query_mask, -1), output, 0.0);
}

}  // namespace

Tensors Attention::call(const Arguments& arguments) const {
  const Tensors& inputs = arguments.list("inputs");
  check_inputs(shapes_of(inputs));
  const OptionalMasks& masks = arguments.masks("inputs");
  const Tensor query = ops::cast(inputs[0], DType::Float32);
  const Tensor value = ops::cast(inputs[1], DType::Float32);
  const Tensor key = inputs.size() == 3 ? ops::cast(inputs[2], DType::Float32) : value;
  check_steps(query, value, key);
  Tensor scores = this->scores(query, key);
  const Tensor kept = kept_scores(scores, masks[1], arguments.option("use_causal_mask", false));
  if (kept.defined()) scores = without_hidden(scores, kept);
  const Tensor weights = ops::softmax(scores, -1);
  Tensor output = ops::matmul(weights, value);
  if (masks[0]) output = without_hidden_rows(output, *masks[0]);
  if (!arguments.option("return_attention_scores", false)) return {output};
  return {output, weights};
}

OptionalMasks Attention::compute_mask(const Arguments&, const OptionalMasks& previous) const {
  return {previous[0]};
}

}  // namespace domino::layers
