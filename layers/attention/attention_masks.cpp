#include "domino/layers/attention/attention_masks.h"

#include "domino/backends/ops.h"

namespace domino::layers {
namespace {

Tensor column(std::int64_t count) { return ops::reshape(ops::arange(count), {count, 1}); }
Tensor row(std::int64_t count) { return ops::reshape(ops::arange(count), {1, count}); }

}  // namespace

Tensor causal_mask(std::int64_t queries, std::int64_t keys) {
  return ops::greater_equal(column(queries), row(keys));
}

Tensor window_mask(std::int64_t queries, std::int64_t keys, std::int64_t window) {
  const Tensor distance = ops::abs(ops::subtract(column(queries), row(keys)));
  return ops::less(ops::cast(distance, DType::Int64),
                   ops::full({}, static_cast<double>(window), DType::Int64));
}

Tensor both(const Tensor& a, const Tensor& b) {
  if (!a.defined()) return b;
  return b.defined() ? ops::logical_and(a, b) : a;
}

}  // namespace domino::layers
