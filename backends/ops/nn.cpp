#include <limits>

#include "domino/backends/backend.h"
#include "domino/backends/ops/ops_internal.h"
#include "domino/core/check.h"

namespace domino::ops {

Tensor matmul(const Tensor& a, const Tensor& b, const op::MatMul& options) {
  const DType dtype = promote(a.dtype(), b.dtype());
  return run_one(options, {cast(a, dtype), cast(b, dtype)});
}

Tensor dense(const Tensor& x, const Tensor& kernel, const Tensor& bias, op::UnaryKind activation) {
  return run_one(op::Dense{activation}, {x, kernel, bias});
}

Tensor embedding(const Tensor& ids, const Tensor& table) {
  const bool whole = ids.dtype() == DType::Int32 || ids.dtype() == DType::Int64;
  return run_one(op::Embedding{}, {whole ? ids : cast(ids, DType::Int32), table});
}

Tensor one_hot(const Tensor& indices, std::int64_t classes, int axis, DType dtype) {
  const int place = axis < 0 ? axis + indices.rank() + 1 : axis;
  const Tensor wide = expand_dims(indices, place);
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(wide.rank()), 1);
  sizes[static_cast<std::size_t>(place)] = classes;
  const Tensor labels = reshape(arange(classes, indices.dtype()), Shape(std::move(sizes)));
  return cast(ops::equal(wide, labels), dtype);
}

Tensor bincount(const Tensor& x, std::int64_t depth, bool binary, const Tensor& weights) {
  return run_one(op::Bincount{depth, binary}, {cast(x, DType::Int64), weights});
}

Tensor softmax(const Tensor& x, int axis) {
  return run_one(op::Softmax{x.shape().axis(axis)}, {x});
}

Tensor softmax(const Tensor& x, const Axes& axes) {
  if (axes.size() == 1) return softmax(x, axes.front());
  const Tensor weights = exp(subtract(x, max(x, axes, true)));
  return divide(weights, sum(weights, axes, true));
}

Tensor layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, double epsilon) {
  return run_one(op::LayerNorm{epsilon}, {x, gamma, beta});
}

Tensor batch_norm(const Tensor& x, const Tensor& mean, const Tensor& variance, const Tensor& gamma,
                  const Tensor& beta, double epsilon) {
  return run_one(op::BatchNorm{epsilon}, {x, mean, variance, gamma, beta});
}

Tensor conv1d(const Tensor& x, const Tensor& kernel, const Tensor& bias,
              const op::Conv1D& options) {
  return run_one(options, {x, kernel, bias});
}

Tensor steps_mask(const Tensor& x, const OptionalMask& mask, std::int64_t units) {
  if (!mask) return {};
  const Shape& shape = mask->shape();
  const std::int64_t batch = x.size(0);
  const std::int64_t steps = x.size(1);
  const bool fits = (shape.rank() == 2 || shape.rank() == 3) &&
                    (shape[0] == batch || shape[0] == 1) && shape[1] == steps &&
                    (shape.rank() == 2 || shape[2] == 1 || shape[2] == units);
  check<MaskError>(
      fits, "a mask of shape {} for a sequence of shape {}; expected (batch, steps), here {}",
      shape, x.shape(), Shape{batch, steps});
  const Tensor kept = as_bool(*mask);
  const Tensor rank3 = shape.rank() == 2 ? expand_dims(kept, -1) : kept;
  return broadcast_to(rank3, rank3.shape().with(0, batch));
}

RnnResult rnn(const Tensor& x, const OptionalMask& mask, const RnnWeights& weights,
              const Tensors& initial_state, const op::Rnn& options) {
  check(x.rank() == 3, "needs (batch, steps, features), got {}", x.shape());
  Tensors inputs{x, steps_mask(x, mask, weights.recurrent_kernel.size(0)), weights.kernel,
                 weights.recurrent_kernel, weights.bias};
  inputs.insert(inputs.end(), initial_state.begin(), initial_state.end());
  Tensors outputs = run(options, inputs);
  return {outputs.front(), Tensors(outputs.begin() + 1, outputs.end())};
}

namespace {

/// Moves a mask of pairs that is one of keys or of queries to its like.
AttentionMasks sorted_out(AttentionMasks masks) {
  const Tensor& pairs = masks.pairs;
  if (!pairs.defined() || pairs.rank() != 4 || pairs.size(1) != 1) return masks;
  if (pairs.size(2) != 1 && pairs.size(3) != 1) return masks;
  Tensor& steps = pairs.size(2) == 1 ? masks.key : masks.query;
  const Tensor these = reshape(pairs, {pairs.size(0), pairs.size(2) * pairs.size(3)});
  steps = steps.defined() ? logical_and(steps, these) : these;
  masks.pairs = {};
  return masks;
}

}  // namespace

AttentionResult attention(const Tensor& query, const Tensor& key, const Tensor& value,
                          const AttentionMasks& masks, const op::Attention& options,
                          const Tensor& score_weights) {
  const AttentionMasks sorted = sorted_out(masks);
  const Tensors outputs =
      run(options, {query, key, value, sorted.query, sorted.key, sorted.pairs, score_weights});
  return {outputs.front(), options.gives_weights ? outputs.back() : Tensor()};
}

}  // namespace domino::ops
