#include "domino/layers/attention/multi_head_attention.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/attention/attention_masks.h"
#include "domino/layers/check_shape.h"
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

using Sizes = std::vector<std::int64_t>;

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
    : NamedLayer(options.name), options_(std::move(options)) {
  check_positive("num_heads", options_.num_heads);
  check_positive("key_dim", options_.key_dim);
  check_positive("value_dim", value_dim());
  check_positive("sliding_window", options_.sliding_window.value_or(1));
  for (const std::int64_t size : options_.output_shape.values()) {
    check_positive("a size of output_shape", size);
  }
  check_initializers(kType, {options_.kernel_initializer, options_.bias_initializer});
}

Signature MultiHeadAttention::arguments() {
  return {{.name = "query", .mask = "query_mask"},
          {.name = "value", .mask = "value_mask"},
          {.name = "key", .required = false, .mask = "key_mask"},
          {.name = "attention_mask", .required = false}};
}

namespace {

/// The sizes between the batch and the features.
Sizes steps_of(const Shape& shape) { return Sizes(shape.begin() + 1, shape.end() - 1); }

std::int64_t product(const Sizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

Sizes joined(Sizes a, const Sizes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

void check_ranks(const Shape& query, const Shape& value, const Shape& key) {
  check(query.rank() >= 3 && value.rank() == query.rank() && key.rank() == query.rank(),
        "needs query, value and key of (batch, steps, features), got {}, {} and {}", query, value,
        key);
}

void check_batches(const Shape& query, const Shape& value, const Shape& key) {
  check(value[0] == query[0] && key[0] == query[0],
        "query, value and key need as many sequences, got {}, {} and {} in {}, {} and {}", query[0],
        value[0], key[0], query, value, key);
}

void check_steps(const Shape& value, const Shape& key) {
  check(steps_of(value) == steps_of(key), "value and key need as many steps, got {} and {}", value,
        key);
}

/// keras/src/layers/attention/multi_head_attention.py, _build_attention: None stands for all.
void check_axes(const Integers& axes, int rank) {
  if (!axes.given()) return;
  Sizes named;
  for (const std::int64_t axis : axes.values()) named.push_back(axis < 0 ? axis + rank : axis);
  Sizes all(static_cast<std::size_t>(rank) - 2);
  std::iota(all.begin(), all.end(), 1);
  check<BuildError>(named == all,
                    "attention_axes is ({}) for inputs of {} axes; only attention over all axes of "
                    "steps is supported: leave attention_axes out",
                    fmt::join(axes.values(), ", "), rank);
}

/// The einsum layers of Keras count the axes of their input as fan in, those of their output as fan
/// out, unless the initializer names others (keras/src/layers/core/einsum_dense.py).
InitializerSpec for_axes(const InitializerSpec& initializer, std::size_t inputs,
                         std::size_t outputs) {
  Config config = initializer.to_config();
  Config arguments = config.at("config");
  const Config* axes = arguments.find("input_axes");
  if (axes == nullptr || !axes->is_null()) return initializer;
  Config::Array in;
  Config::Array out;
  for (std::size_t axis = 0; axis < inputs; ++axis) in.emplace_back(axis);
  for (std::size_t axis = inputs; axis < inputs + outputs; ++axis) out.emplace_back(axis);
  arguments.set("input_axes", std::move(in));
  arguments.set("output_axes", std::move(out));
  config.set("config", std::move(arguments));
  return InitializerSpec::from_config(config);
}

}  // namespace

void MultiHeadAttention::add_projection(const std::string& name, Sizes from,
                                        const Sizes& to) const {
  const std::size_t inputs = from.size();
  add_weight(name + "/kernel", Shape(joined(std::move(from), to)),
             for_axes(options_.kernel_initializer, inputs, to.size()));
  if (options_.use_bias) add_weight(name + "/bias", Shape(to), options_.bias_initializer);
}

void MultiHeadAttention::build(const std::vector<std::vector<Shape>>& shapes) const {
  const Shape& query = shapes[0][0];
  const Shape& value = shapes[1][0];
  const Shape& key = shapes[2].empty() ? value : shapes[2][0];
  check_ranks(query, value, key);
  check_axes(options_.attention_axes, query.rank());
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

Tensor MultiHeadAttention::projected(const Tensor& x, const std::string& name, int from_axes,
                                     op::UnaryKind activation) const {
  const Tensor kernel = weight(name + "/kernel");
  Tensor bias = optional_weight(name + "/bias");
  const auto middle = kernel.shape().begin() + from_axes;
  const std::int64_t from = product(Sizes(kernel.shape().begin(), middle));
  const Sizes to(middle, kernel.shape().end());
  check_built_for(from, x.shape(), -1, fmt::format("its {} ", name));
  if (bias.defined()) bias = ops::reshape(bias, {product(to)});
  const Tensor y = ops::dense(x, ops::reshape(kernel, {from, product(to)}), bias, activation);
  return ops::reshape(y, Shape(joined(x.shape().without(-1).sizes(), to)));
}

namespace {

/// The mask of an argument as bool, with axes of size 1 for heads and for queries or keys.
Tensor seen_by_steps(const Arguments& arguments, std::string_view name, const Shape& shape) {
  const OptionalMask mask = arguments.mask(name);
  if (!mask) return {};
  check<MaskError>(shape.rank() == 3,
                   "takes a {}_mask for (batch, steps, features), not for {}; give an "
                   "attention_mask",
                   name, shape);
  check<MaskError>(mask->tensor().rank() == 2 && broadcasts_to(mask->shape(), shape.without(-1)),
                   "its {}_mask has shape {}; expected (batch, steps), here {}", name,
                   mask->shape(), shape.without(-1));
  const Tensor kept = ops::cast(*mask, DType::Bool);
  return ops::expand_dims(ops::expand_dims(kept, name == "query" ? -1 : -2), 1);
}

/// attention_mask as bool (batch, heads, queries, keys), where batch and heads may be 1; with one axis
/// of steps, queries and keys too.
Tensor seen_by_mask(const Tensor& mask, const Sizes& batch_and_heads, const Sizes& queries,
                    const Sizes& keys) {
  const Sizes places = joined(queries, keys);
  const Shape whole(joined(batch_and_heads, places));
  const int missing = whole.rank() - mask.rank();
  Tensor seen = ops::cast(mask, DType::Bool);
  if (missing == 1) seen = ops::expand_dims(seen, 1);
  if (missing == 2) seen = ops::expand_dims(ops::expand_dims(seen, 0), 0);
  check<MaskError>(missing >= 0 && missing <= 2 && broadcasts_to(seen.shape(), whole),
                   "its attention_mask has shape {}; expected {}, {} or {}, where sizes may be 1",
                   mask.shape(), Shape(places), whole.without(1), whole);
  if (places.size() == 2) return seen;
  const Sizes leading{seen.size(0), seen.size(1)};
  seen = ops::broadcast_to(seen, Shape(joined(leading, places)));
  return ops::reshape(seen, Shape(joined(leading, {product(queries), product(keys)})));
}

}  // namespace

/// By the causal mask and the window: bool (queries, keys), or undefined.
Tensor MultiHeadAttention::seen_by_place(const Arguments& arguments, const Shape& query,
                                         const Shape& key) const {
  const bool causal = arguments.option("use_causal_mask", false);
  if (!causal && !options_.sliding_window) return {};
  check<ValueError>(query.rank() == 3,
                    "takes {} for (batch, steps, features), not for {}; give an attention_mask",
                    causal ? "use_causal_mask" : "sliding_window", query);
  Tensor seen;
  if (causal) seen = causal_mask(query[1], key[1]);
  if (options_.sliding_window) {
    seen = both(seen, window_mask(query[1], key[1], *options_.sliding_window));
  }
  return seen;
}

/// Which keys each query sees: bool, to be broadcast to (batch, heads, queries, keys), or undefined.
Tensor MultiHeadAttention::seen_keys(const Arguments& arguments, const Shape& query,
                                     const Shape& value, const Shape& key) const {
  Tensor seen = seen_by_steps(arguments, "query", query);
  seen = both(seen, seen_by_steps(arguments, "value", value));
  seen = both(seen, seen_by_steps(arguments, "key", key));
  const Tensor by_place = seen_by_place(arguments, query, key);
  if (by_place.defined()) {
    seen = both(seen, ops::reshape(by_place, {1, 1, query[1], key[1]}));
  }
  const Tensor mask = arguments.tensor("attention_mask");
  if (!mask.defined()) return seen;
  return both(seen_by_mask(mask, {query[0], options_.num_heads}, steps_of(query), steps_of(key)),
              seen);
}

namespace {

/// float32 (batch, steps, features), all axes of steps made one.
Tensor flat(const Tensor& x) {
  return ops::reshape(ops::cast(x, DType::Float32),
                      {x.size(0), product(steps_of(x.shape())), x.size(-1)});
}

/// (batch, heads, queries, keys) with the axes of steps apart again.
Tensor unfolded(const Tensor& x, const Shape& query, const Shape& key) {
  if (query.rank() == 3) return x;
  return ops::reshape(
      x, Shape(joined({x.size(0), x.size(1)}, joined(steps_of(query), steps_of(key)))));
}

}  // namespace

Tensors MultiHeadAttention::call(const Arguments& arguments) const {
  const Tensor query = arguments.tensor("query");
  const Tensor value = arguments.tensor("value");
  const Tensor key = arguments.has("key") ? arguments.tensor("key") : value;
  check_ranks(query.shape(), value.shape(), key.shape());
  check_batches(query.shape(), value.shape(), key.shape());
  check_steps(value.shape(), key.shape());
  const Tensor seen = seen_keys(arguments, query.shape(), value.shape(), key.shape());
  const bool gives_scores = arguments.option("return_attention_scores", false);
  // Keras takes another path for these, whose softmax gives 0 where nothing is seen.
  const bool zero_empty_rows = gives_scores || options_.dropout > 0 || query.rank() != 3;
  ops::AttentionResult result =
      ops::attention(projected(flat(query), "query_dense", 1), projected(flat(key), "key_dense", 1),
                     projected(flat(value), "value_dense", 1), seen,
                     {.scale = 1 / std::sqrt(static_cast<double>(options_.key_dim)),
                      .zero_empty_rows = zero_empty_rows});
  Tensor heads = result.output;
  if (options_.use_gate) {
    heads = ops::multiply(heads, projected(flat(query), "_gate_dense", 1, op::UnaryKind::Sigmoid));
  }
  const Tensor output =
      projected(ops::reshape(heads, {heads.size(0), heads.size(1), heads.size(2) * heads.size(3)}),
                "output_dense", 2);
  Sizes sizes = joined({query.size(0)}, steps_of(query.shape()));
  sizes.insert(sizes.end(), output.shape().begin() + 2, output.shape().end());
  Tensors outputs{ops::reshape(output, Shape(std::move(sizes)))};
  if (gives_scores) {
    const Tensor scores = unfolded(result.scores, query.shape(), key.shape());
    outputs.push_back(seen.defined()
                          ? scores.with_mask(Mask(unfolded(seen, query.shape(), key.shape())))
                          : scores);
  }
  return outputs;
}

OptionalMasks MultiHeadAttention::compute_mask(const Arguments&,
                                               const OptionalMasks& previous) const {
  return {previous[0]};
}

}  // namespace domino::layers
