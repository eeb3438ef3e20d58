#include "domino/layers/attention/scored_attention.h"

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/attention/attention_masks.h"

namespace domino::layers::detail {

void check_attention_list(const std::vector<Shape>& inputs) {
  check(inputs.size() == 2 || inputs.size() == 3,
        "needs [query, value] or [query, value, key], got {} tensors", inputs.size());
  for (const Shape& input : inputs) {
    check(input.rank() >= 3, "needs tensors of (batch, steps, features), got {}", input);
  }
}

QueryValueKey query_value_key(const Tensors& inputs) {
  std::vector<Shape> shapes;
  for (const Tensor& tensor : inputs) shapes.push_back(tensor.shape());
  check_attention_list(shapes);
  const Tensor value = ops::cast(inputs[1], DType::Float32);
  const Tensor key = inputs.size() == 3 ? ops::cast(inputs[2], DType::Float32) : value;
  check(value.size(-2) == key.size(-2),
        "value and key need as many steps, got {} and {} in {} and {}", value.size(-2),
        key.size(-2), value.shape(), key.shape());
  return {ops::cast(inputs[0], DType::Float32), value, key};
}

namespace {

/// Which scores count, bool, by the value's mask and by place; undefined if all do.
Tensor kept_scores(const Tensor& scores, const OptionalMask& value_mask, bool causal) {
  Tensor kept;
  if (value_mask) {
    kept = ops::cast(*value_mask, DType::Bool);
    if (kept.rank() == scores.rank() - 1) kept = ops::expand_dims(kept, -2);
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

Tensors attended(const Arguments& arguments, Tensor scores, const Tensor& value) {
  const OptionalMasks& masks = arguments.masks("inputs");
  const Tensor kept = kept_scores(scores, masks[1], arguments.option("use_causal_mask", false));
  if (kept.defined()) scores = without_hidden(scores, kept);
  const Tensor weights = ops::softmax(scores, -1);
  Tensor output = ops::matmul(weights, value);
  if (masks[0]) output = without_hidden_rows(output, *masks[0]);
  if (!arguments.option("return_attention_scores", false)) return {output};
  return {output, weights};
}

bool is_of_sequences(const Arguments& arguments, const QueryValueKey& of) {
  const OptionalMask& mask = arguments.masks("inputs")[1];
  const Shape& value = of.value.shape();
  const bool one_head = of.query.rank() == 3 && value.rank() == 3 && of.key.rank() == 3 &&
                        of.query.size(0) == value[0] && of.key.size(0) == value[0];
  return one_head && of.query.size(2) == of.key.size(2) &&
         (!mask || (mask->shape().rank() == 2 && broadcasts_to(mask->shape(), value.without(-1))));
}

Tensors attended(const Arguments& arguments, const Scoring& scoring, const Tensor& value) {
  const OptionalMasks& masks = arguments.masks("inputs");
  const auto head = [](const Tensor& x) { return ops::expand_dims(x, 2); };
  const auto without_head = [](const Tensor& x) { return ops::reshape(x, x.shape().without(2)); };
  const ops::AttentionResult result =
      ops::attention(head(scoring.query), head(scoring.key), head(value),
                     {.key = masks[1] ? ops::cast(*masks[1], DType::Bool) : Tensor()},
                     {.score = scoring.kind,
                      .causal = arguments.option("use_causal_mask", false),
                      .hide_by_1e9 = true,
                      .gives_weights = arguments.option("return_attention_scores", false)},
                     scoring.weights);
  Tensor output = without_head(result.output);
  if (masks[0]) output = without_hidden_rows(output, *masks[0]);
  if (!result.weights.defined()) return {output};
  return {output, without_head(result.weights)};
}

}  // namespace domino::layers::detail
