#include "domino/layers/attention/grouped_query_attention.h"

#include <cmath>
#include <utility>

#include "domino/core/check.h"
#include "domino/layers/options.h"

namespace domino::layers {

void GroupQueryAttentionOptions::fields(Fields& f) {
  f("head_dim", head_dim);
  f("num_query_heads", num_query_heads);
  f("num_key_value_heads", num_key_value_heads);
  f("use_bias", use_bias);
  f("use_gate", use_gate);
  f("sliding_window", sliding_window);
  f("dropout", dropout);
  f("kernel_initializer", kernel_initializer);
  f("bias_initializer", bias_initializer);
  f("seed", seed);
}

GroupQueryAttention::GroupQueryAttention(int head_dim, int num_query_heads, int num_key_value_heads,
                                         GroupQueryAttentionOptions options)
    : GroupQueryAttention(with(&GroupQueryAttentionOptions::head_dim, head_dim,
                               with(&GroupQueryAttentionOptions::num_query_heads, num_query_heads,
                                    with(&GroupQueryAttentionOptions::num_key_value_heads,
                                         num_key_value_heads, std::move(options))))) {}

GroupQueryAttention::GroupQueryAttention(GroupQueryAttentionOptions options)
    : ProjectedAttention(options.name), options_(std::move(options)) {
  const auto check_positive = [](std::string_view option, int value) {
    check<ValueError>(value > 0, "GroupQueryAttention: {} is {}; expected at least 1", option,
                      value);
  };
  check_positive("head_dim", options_.head_dim);
  check_positive("num_query_heads", options_.num_query_heads);
  check_positive("num_key_value_heads", options_.num_key_value_heads);
  check_positive("sliding_window", options_.sliding_window.value_or(1));
  check<ValueError>(options_.num_query_heads % options_.num_key_value_heads == 0,
                    "GroupQueryAttention: num_query_heads is {} and num_key_value_heads is {}; "
                    "expected a multiple of it",
                    options_.num_query_heads, options_.num_key_value_heads);
  check_initializers(kType, {options_.kernel_initializer, options_.bias_initializer});
}

namespace {

void check_sequences_of(const Shape& query, const Shape& value, const Shape& key) {
  detail::check_ranks(query, value, key);
  check(query.rank() == 3, "needs query, value and key of (batch, steps, features), got {}", query);
}

}  // namespace

void GroupQueryAttention::build(const std::vector<std::vector<Shape>>& shapes) const {
  const Shape& query = shapes[0][0];
  const Shape& value = shapes[1][0];
  const Shape& key = shapes[2].empty() ? value : shapes[2][0];
  check_sequences_of(query, value, key);
  const detail::Sizes query_heads{options_.num_query_heads, options_.head_dim};
  const detail::Sizes key_heads{options_.num_key_value_heads, options_.head_dim};
  add_projection("_query_dense", {query[-1]}, query_heads);
  add_projection("_key_dense", {key[-1]}, key_heads);
  if (options_.use_gate) add_projection("_gate_dense", {query[-1]}, query_heads);
  add_projection("_value_dense", {value[-1]}, key_heads);
  add_projection("_output_dense", query_heads, {query[-1]});
}

Tensors GroupQueryAttention::call(const Arguments& arguments) const {
  const Tensor query = arguments.tensor("query");
  const Tensor value = arguments.tensor("value");
  const Tensor key = arguments.has("key") ? arguments.tensor("key") : value;
  check_sequences_of(query.shape(), value.shape(), key.shape());
  const detail::AttentionAxes axes({}, 3);
  detail::check_attention_inputs(query.shape(), value.shape(), key.shape(), axes);
  const auto heads = [&](const Tensor& x, const std::string& name) {
    return detail::projected(axes.folded(x), projection(name), 1);
  };
  const int repeats = options_.num_query_heads / options_.num_key_value_heads;
  return outputs_of(arguments, axes,
                    {.query = heads(query, "_query_dense"),
                     .key = ops::repeat(heads(key, "_key_dense"), repeats, 2),
                     .value = ops::repeat(heads(value, "_value_dense"), repeats, 2),
                     .scale = 1 / std::sqrt(static_cast<double>(options_.head_dim))});
}

}  // namespace domino::layers
