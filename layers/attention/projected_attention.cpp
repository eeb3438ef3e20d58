#include "domino/layers/attention/projected_attention.h"

#include <algorithm>
#include <numeric>

#include "domino/core/check.h"
#include "domino/layers/attention/attention_masks.h"
#include "domino/layers/check_shape.h"

namespace domino::layers::detail {

std::int64_t product(const Sizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

Sizes joined(Sizes a, const Sizes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

AttentionAxes::AttentionAxes(const Sizes& named, int rank) {
  // keras/src/layers/attention/multi_head_attention.py, _build_attention: None stands for all.
  for (const std::int64_t axis : named) {
    const std::int64_t at = axis < 0 ? axis + rank : axis;
    const bool fits = at >= 1 && at < rank - 1 && std::ranges::count(attended_, at) == 0;
    check<BuildError>(fits,
                      "attention_axes is ({}) for inputs of {} axes; expected axes of steps, each "
                      "once, here from 1 to {}",
                      fmt::join(named, ", "), rank, rank - 2);
    attended_.push_back(static_cast<int>(at));
  }
  for (int axis = 1; axis < rank - 1; ++axis) {
    if (named.empty()) attended_.push_back(axis);
    if (std::ranges::count(attended_, axis) == 0) left_.push_back(axis);
  }
}

std::optional<int> AttentionAxes::only() const {
  return attended_.size() == 1 ? std::optional(attended_.front()) : std::nullopt;
}

Sizes AttentionAxes::sizes(const Shape& shape, const ops::Axes& axes) {
  Sizes sizes;
  for (const int axis : axes) sizes.push_back(shape[axis]);
  return sizes;
}

namespace {

/// Batch, the axes left alone, the attended ones.
ops::Axes order(const ops::Axes& left, const ops::Axes& attended) {
  ops::Axes order{0};
  order.insert(order.end(), left.begin(), left.end());
  order.insert(order.end(), attended.begin(), attended.end());
  return order;
}

Tensor transposed(const Tensor& x, ops::Axes axes) {
  for (int axis = static_cast<int>(axes.size()); axis < x.rank(); ++axis) axes.push_back(axis);
  return std::ranges::is_sorted(axes) ? x : ops::transpose(x, axes);
}

ops::Axes inverse(const ops::Axes& axes) {
  ops::Axes inverse(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    inverse[static_cast<std::size_t>(axes[i])] = static_cast<int>(i);
  }
  return inverse;
}

}  // namespace

Tensor AttentionAxes::folded(const Tensor& x) const {
  const Tensor ordered = transposed(ops::cast(x, DType::Float32), order(left_, attended_));
  return ops::reshape(
      ordered, {x.size(0) * product(left(x.shape())), product(attended(x.shape())), x.size(-1)});
}

Tensor AttentionAxes::unfolded(const Tensor& x, const Shape& like) const {
  Sizes sizes = joined(joined({like[0]}, left(like)), attended(like));
  sizes.insert(sizes.end(), x.shape().begin() + 2, x.shape().end());
  return transposed(ops::reshape(x, Shape(std::move(sizes))), inverse(order(left_, attended_)));
}

void check_ranks(const Shape& query, const Shape& value, const Shape& key) {
  check(query.rank() >= 3 && value.rank() == query.rank() && key.rank() == query.rank(),
        "needs query, value and key of (batch, steps, features), got {}, {} and {}", query, value,
        key);
}

void check_attention_inputs(const Shape& query, const Shape& value, const Shape& key,
                            const AttentionAxes& axes) {
  check(value[0] == query[0] && key[0] == query[0],
        "query, value and key need as many sequences, got {}, {} and {} in {}, {} and {}", query[0],
        value[0], key[0], query, value, key);
  check(value.without(-1) == key.without(-1), "value and key need as many steps, got {} and {}",
        value, key);
  check(axes.left(query) == axes.left(key),
        "query and key need equal sizes but for the features and attention_axes, got {} and {}",
        query, key);
}

namespace {

Tensor with_ones(const Tensor& x, std::size_t ones, int at) {
  Tensor result = x;
  for (std::size_t i = 0; i < ones; ++i) result = ops::expand_dims(result, at);
  return result;
}

/// The mask of an argument, which stands on the axes up to the attended one, as bool (batch, axes left
/// alone, heads, queries, keys), where other sizes are 1.
Tensor seen_by_steps(const Arguments& arguments, std::string_view name, const AttentionAxes& axes) {
  const OptionalMask mask = arguments.mask(name);
  if (!mask) return {};
  const Shape& shape =
      arguments.tensor(name == "key" && !arguments.has("key") ? "value" : name).shape();
  const std::optional<int> axis = axes.only();
  check<MaskError>(axis.has_value(),
                   "takes a {}_mask for (batch, steps, features), not for {}; give an "
                   "attention_mask",
                   name, shape);
  const Shape steps(Sizes(shape.begin(), shape.begin() + *axis + 1));
  check<MaskError>(mask->tensor().rank() == steps.rank() && broadcasts_to(mask->shape(), steps),
                   "its {}_mask has shape {}; expected {}, here {}", name, mask->shape(),
                   steps.rank() == 2 ? "(batch, steps)" : "all axes up to the attended one", steps);
  const Tensor kept = ops::cast(*mask, DType::Bool);
  // Behind the axes left alone that it has: those that it has not, the heads, queries or keys.
  const std::size_t missing = axes.left(shape).size() + 2 - static_cast<std::size_t>(steps.rank());
  const Tensor headed = with_ones(kept, missing + 1, *axis);
  return ops::expand_dims(headed, name == "query" ? -1 : -2);
}

/// attention_mask as bool of the same axes. Missing ones stand in front of the queries.
Tensor seen_by_mask(const Tensor& mask, const Shape& whole, std::size_t attended) {
  const int places = 2 * static_cast<int>(attended);
  const int missing = whole.rank() - mask.rank();
  Tensor seen = ops::cast(mask, DType::Bool);
  if (missing > 0 && mask.rank() >= places) {
    seen = with_ones(seen, static_cast<std::size_t>(missing), mask.rank() - places);
  }
  const Shape queries_keys(Sizes(whole.end() - places, whole.end()));
  check<MaskError>(mask.rank() >= places && missing >= 0 && broadcasts_to(seen.shape(), whole),
                   "its attention_mask has shape {}; expected {}, {} or {}, where sizes may be 1",
                   mask.shape(), queries_keys, whole.without(whole.rank() - places - 1), whole);
  return seen;
}

/// By the causal mask and the window: bool (queries, keys), or undefined.
Tensor seen_by_place(const Arguments& arguments, const AttentionAxes& axes,
                     std::optional<int> sliding_window, const Shape& query, const Shape& key) {
  const bool causal = arguments.option("use_causal_mask", false);
  if (!causal && !sliding_window) return {};
  const std::optional<int> axis = axes.only();
  check<ValueError>(axis.has_value(),
                    "takes {} for (batch, steps, features), not for {}; give an attention_mask",
                    causal ? "use_causal_mask" : "sliding_window", query);
  Tensor seen;
  if (causal) seen = causal_mask(query[*axis], key[*axis]);
  if (!sliding_window) return seen;
  return both(seen, window_mask(query[*axis], key[*axis], *sliding_window));
}

Shape whole_scores(const AttentionAxes& axes, std::int64_t heads, const Shape& query,
                   const Shape& key) {
  const Sizes batch = joined(joined({query[0]}, axes.left(query)), {heads});
  return Shape(joined(joined(batch, axes.attended(query)), axes.attended(key)));
}

/// Which keys each query sees: bool (batch, axes left alone, heads, queries, keys), where sizes may
/// be 1; undefined if it sees all.
Tensor seen_keys(const Arguments& arguments, const AttentionAxes& axes, std::int64_t heads,
                 std::optional<int> sliding_window) {
  const Shape query = arguments.tensor("query").shape();
  const Shape key = arguments.tensor("value").shape();
  Tensor seen = seen_by_steps(arguments, "query", axes);
  seen = both(seen, seen_by_steps(arguments, "value", axes));
  seen = both(seen, seen_by_steps(arguments, "key", axes));
  const Shape whole = whole_scores(axes, heads, query, key);
  const Tensor by_place = seen_by_place(arguments, axes, sliding_window, query, key);
  if (by_place.defined()) {
    seen = both(seen, with_ones(by_place, static_cast<std::size_t>(whole.rank() - 2), 0));
  }
  const Tensor mask = arguments.tensor("attention_mask");
  return mask.defined() ? both(seen_by_mask(mask, whole, axes.count()), seen) : seen;
}

/// The same for folded tensors: (batch, heads, queries, keys).
Tensor folded_keys(const Tensor& seen, const AttentionAxes& axes, std::int64_t heads,
                   const Shape& query, const Shape& key) {
  if (!seen.defined() || seen.rank() == 4) return seen;
  const Tensor all = ops::broadcast_to(seen, whole_scores(axes, heads, query, key));
  return ops::reshape(all, {query[0] * product(axes.left(query)), heads,
                            product(axes.attended(query)), product(axes.attended(key))});
}

/// The masks of a call along one axis, apart.
ops::AttentionMasks masks_of(const Arguments& arguments, const AttentionAxes& axes,
                             std::int64_t heads) {
  const auto steps = [&](std::string_view name) {
    const Tensor seen = seen_by_steps(arguments, name, axes);
    if (!seen.defined()) return Tensor();
    return ops::reshape(seen, {seen.size(0), seen.size(2) * seen.size(3)});
  };
  ops::AttentionMasks masks{steps("query"), both(steps("value"), steps("key")), {}};
  const Tensor mask = arguments.tensor("attention_mask");
  if (mask.defined()) {
    const Shape query = arguments.tensor("query").shape();
    const Shape whole = whole_scores(axes, heads, query, arguments.tensor("value").shape());
    const Tensor seen = seen_by_mask(mask, whole, 1);
    masks.pairs = with_ones(seen, static_cast<std::size_t>(4 - seen.rank()), 0);
  }
  return masks;
}

}  // namespace

AttendedHeads attend(const Arguments& arguments, const AttentionAxes& axes,
                     const HeadsOfCall& heads) {
  const Shape query = arguments.tensor("query").shape();
  const Shape key = arguments.tensor("value").shape();
  const std::int64_t count = heads.query.size(2);
  const bool gives_scores = arguments.option("return_attention_scores", false);
  const bool along_one_axis = axes.only() && !axes.leaves_some();
  op::Attention options{.scale = heads.scale,
                        .zero_empty_rows = heads.zero_empty_rows,
                        .gives_weights = gives_scores};
  Tensor seen;
  if (gives_scores || !along_one_axis) {
    seen = seen_keys(arguments, axes, count, heads.sliding_window);
  }
  ops::AttentionMasks masks;
  if (along_one_axis) {
    options.causal = arguments.option("use_causal_mask", false);
    options.window = heads.sliding_window.value_or(0);
    masks = masks_of(arguments, axes, count);
  } else {
    masks.pairs = folded_keys(seen, axes, count, query, key);
  }
  const ops::AttentionResult result =
      ops::attention(heads.query, heads.key, heads.value, masks, options);
  if (!gives_scores) return {result.output, {}};
  const Tensor scores = ops::reshape(ops::transpose(result.weights, {0, 2, 1, 3}),
                                     whole_scores(axes, count, query, key));
  return {result.output, seen.defined() ? scores.with_mask(Mask(seen)) : scores};
}

Tensor projected(const Tensor& x, const Projection& projection, int from_axes,
                 op::UnaryKind activation) {
  const Tensor& kernel = projection.kernel;
  const auto middle = kernel.shape().begin() + from_axes;
  const std::int64_t from = product(Sizes(kernel.shape().begin(), middle));
  const Sizes to(middle, kernel.shape().end());
  check_built_for(from, x.shape(), -1, fmt::format("its {} ", projection.name));
  const Tensor bias =
      projection.bias.defined() ? ops::reshape(projection.bias, {product(to)}) : Tensor();
  const Tensor y = ops::dense(x, ops::reshape(kernel, {from, product(to)}), bias, activation);
  return ops::reshape(y, Shape(joined(x.shape().without(-1).sizes(), to)));
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

}  // namespace domino::layers::detail
