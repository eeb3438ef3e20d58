#include "domino/backends/backend.h"
#include "domino/backends/ops/ops_internal.h"

namespace domino::ops {
namespace {

/// Numbers as the ops on strings take them.
Tensor as_text(const Tensor& x) { return x.dtype() == DType::String ? x : cast(x, DType::Int64); }

}  // namespace

Tensor tokenize(const Tensor& strings, const op::Tokenize& options) {
  return run_one(options, {strings});
}

Tensor lookup(const Tensor& x, const Table& table) {
  const bool strings = table.keys.dtype() == DType::String || table.values.dtype() == DType::String;
  // What reads strings is computed on the host.
  const auto placed = [&](const Tensor& t) { return strings || !t.defined() ? t : resident(t); };
  return run_one(op::Lookup{},
                 {as_text(x), placed(table.keys), placed(table.values), placed(table.otherwise)});
}

Tensor hash_bucket(const Tensor& x, const op::HashBucket& options) {
  return run_one(options, {as_text(x)});
}

Tensor hash_cross(const Tensors& tensors, std::int64_t buckets) {
  Tensors texts;
  for (const Tensor& x : tensors) texts.push_back(as_text(x));
  return run_one(op::HashCross{buckets}, texts);
}

}  // namespace domino::ops
