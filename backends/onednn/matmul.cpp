#include <algorithm>

#include "domino/backends/onednn/primitive_cache.h"
#include "domino/backends/onednn/rows.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

using Layout = dnnl::memory::desc;
using Dims = dnnl::memory::dims;

/// Sizes and flags of one call, with the leading axes made as few as they can be.
struct Shapes {
  Dims a_batch;  // of one length; 1 where an operand repeats
  Dims b_batch;
  std::int64_t m;
  std::int64_t k;
  std::int64_t n;
  bool transpose_a;
  bool transpose_b;
};

Dims leading(const Shape& shape, std::size_t rank) {
  Dims dims(rank, 1);
  std::copy(shape.begin(), shape.end() - 2, dims.end() - (shape.rank() - 2));
  return dims;
}

/// Joins leading axes along which both operands move, or one of them stays.
void merge_batch(Shapes& s) {
  Dims a;
  Dims b;
  for (std::size_t i = 0; i < s.a_batch.size(); ++i) {
    const auto [x, y] = std::pair(s.a_batch[i], s.b_batch[i]);
    if (x == 1 && y == 1) continue;
    const bool alike = !a.empty() && (a.back() == 1) == (x == 1) && (b.back() == 1) == (y == 1);
    if (alike) {
      a.back() *= x;
      b.back() *= y;
    } else {
      a.push_back(x);
      b.push_back(y);
    }
  }
  s.a_batch = a;
  s.b_batch = b;
  const bool one_b = std::ranges::all_of(b, [](std::int64_t size) { return size == 1; });
  if (!one_b || s.transpose_a) return;
  // Every row of every matrix meets the same b: one product of many rows.
  for (const std::int64_t size : a) s.m *= size;
  s.a_batch.clear();
  s.b_batch.clear();
}

Shapes shapes_of(const op::MatMul& op, const Tensor& a, const Tensor& b) {
  const auto rank = static_cast<std::size_t>(std::max(a.rank(), b.rank()) - 2);
  Shapes shapes{leading(a.shape(), rank),
                leading(b.shape(), rank),
                a.size(op.transpose_a ? -1 : -2),
                a.size(op.transpose_a ? -2 : -1),
                b.size(op.transpose_b ? -2 : -1),
                op.transpose_a,
                op.transpose_b};
  merge_batch(shapes);
  return shapes;
}

/// Row-major matrices, read with the last two axes swapped where `transposed`.
Layout layout(const Dims& batch, std::int64_t rows, std::int64_t columns, bool transposed) {
  Dims dims = batch;
  dims.insert(dims.end(), {rows, columns});
  Dims strides(dims.size());
  strides[batch.size()] = transposed ? 1 : columns;
  strides[batch.size() + 1] = transposed ? rows : 1;
  std::int64_t stride = rows * columns;
  for (std::size_t i = batch.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= batch[i];
  }
  return Layout(dims, dnnl::memory::data_type::f32, strides);
}

Primitive make_matmul(const Shapes& s) {
  Dims batch = s.a_batch;
  std::ranges::transform(batch, s.b_batch, batch.begin(),
                         [](std::int64_t x, std::int64_t y) { return std::max(x, y); });
  const Layout a = layout(s.a_batch, s.m, s.k, s.transpose_a);
  const Layout b = layout(s.b_batch, s.k, s.n, s.transpose_b);
  const Layout y = layout(batch, s.m, s.n, false);
  const dnnl::matmul::primitive_desc made(engine(), a, b, y, primitive_attributes());
  return {dnnl::matmul(made), a, b, {}, y, made.scratchpad_desc()};
}

PrimitiveKey key_of(const Shapes& s) {
  PrimitiveKey key = {kBatchProduct, s.m, s.k, s.n, s.transpose_a, s.transpose_b};
  key.insert(key.end(), s.a_batch.begin(), s.a_batch.end());
  key.insert(key.end(), s.b_batch.begin(), s.b_batch.end());
  return key;
}

void matmul(const op::MatMul& op, op::Inputs inputs, op::Outputs outputs) {
  if (outputs[0].elements() == 0) return;
  const Shapes shapes = shapes_of(op, inputs[0], inputs[1]);
  const ThreadScope scope(threads_worth(outputs[0].elements() * shapes.k));
  const auto primitive = cached_primitive(key_of(shapes), [&] { return make_matmul(shapes); });
  execute(*primitive, {{DNNL_ARG_SRC, memory_at(primitive->source, numbers<float>(inputs[0]))},
                       {DNNL_ARG_WEIGHTS, memory_at(primitive->weights, numbers<float>(inputs[1]))},
                       {DNNL_ARG_DST, memory_at(primitive->target, numbers<float>(outputs[0]))}});
}

bool accepts_matmul(const op::MatMul& op, op::Inputs inputs) {
  return all_float32(inputs) && inputs[0].size(op.transpose_a ? -2 : -1) > 0 &&
         std::max(inputs[0].rank(), inputs[1].rank()) <= DNNL_MAX_NDIMS;
}

}  // namespace

void add_matmul(KernelTable& table) { table.add<op::MatMul>(kOwner, matmul, accepts_matmul); }

}  // namespace domino::onednn
