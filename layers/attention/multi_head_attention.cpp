#include "domino/layers/attention/multi_head_attention.h"

#include <cmath>
#include <utility>

#include "domino/core/check.h"
#include "domino/layers/options.h"

namespace domino::layers {

void MultiHeadAttentionOptions::fields(Fields& f) {
  f("num_heads", num_heads);
  f("key_dim", key_dim);
  f("value_dim", value_dim);
  f("dropout", dropout);
  f("use_bias", use_bias);
  f("use_gate", use_gate);
  f("output_shape", output_shape);
  f("attention_axes", attention_axes);
  f("sliding_window", sliding_window);
  f("kernel_initializer", kernel_initializer);
  f("bias_initializer", bias_initializer);
  f("seed", seed);
}

namespace {

void check_positive(std::string_view option, std::int64_t value) {
  check<ValueError>(value > 0, "MultiHeadAttention: {} is {}; expected at least 1", option, value);
}

}  // namespace

MultiHeadAttention::MultiHeadAttention(int num_heads, int key_dim,
                                       MultiHeadAttentionOptions options)
    : MultiHeadAttention(
          with(&MultiHeadAttentionOptions::num_heads, num_heads,
               with(&MultiHeadAttentionOptions::key_dim, key_dim, std::move(options)))) {}

MultiHeadAttention::MultiHeadAttention(MultiHeadAttentionOptions options)
    : ProjectedAttention(options.name), options_(std::move(options)) {
  check_positive("num_heads", options_.num_heads);
  check_positive("key_dim", options_.key_dim);
  check_positive("value_dim", value_dim());
  check_positive("sliding_window", options_.sliding_window.value_or(1));
  for (const std::int64_t size : options_.output_shape.values()) {
    check_positive("a size of output_shape", size);
  }
  check_initializers(kType, {options_.kernel_initializer, options_.bias_initializer});
}

void MultiHeadAttention::build(const std::vector<std::vector<Shape>>& shapes) const {
  using detail::Sizes;
  const Shape& query = shapes[0][0];
  const Shape& value = shapes[1][0];
  const Shape& key = shapes[2].empty() ? value : shapes[2][0];
  detail::check_ranks(query, value, key);
  // Throws if there are none.
  [[maybe_unused]] const detail::AttentionAxes axes(options_.attention_axes.values(), query.rank());
  const Sizes key_heads{options_.num_heads, options_.key_dim};
  const Sizes value_heads{options_.num_heads, value_dim()};
  add_projection("query_dense", {query[-1]}, key_heads);
  add_projection("key_dense", {key[-1]}, key_heads);
  if (options_.use_gate) add_projection("_gate_dense", {query[-1]}, value_heads);
  add_projection("value_dense", {value[-1]}, value_heads);
  add_projection(
      "output_dense", value_heads,
      options_.output_shape.values().empty() ? Sizes{query[-1]} : options_.output_shape.values());
}

Tensors MultiHeadAttention::call(const Arguments& arguments) const {
  const Tensor query = arguments.tensor("query");
  const Tensor value = arguments.tensor("value");
  const Tensor key = arguments.has("key") ? arguments.tensor("key") : value;
  detail::check_ranks(query.shape(), value.shape(), key.shape());
  const detail::AttentionAxes axes(options_.attention_axes.values(), query.rank());
  detail::check_attention_inputs(query.shape(), value.shape(), key.shape(), axes);
  const auto heads = [&](const Tensor& x, const std::string& name) {
    return detail::projected(axes.folded(x), projection(name), 1);
  };
  return outputs_of(arguments, axes,
                    {.query = heads(query, "query_dense"),
                     .key = heads(key, "key_dense"),
                     .value = heads(value, "value_dense"),
                     .scale = 1 / std::sqrt(static_cast<double>(options_.key_dim))});
}

}  // namespace domino::layers
