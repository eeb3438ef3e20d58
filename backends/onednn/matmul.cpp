#include <algorithm>

#include "domino/backends/execution.h"
#include "domino/backends/onednn/grain.h"
#include "domino/backends/onednn/primitive_cache.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/onednn/small_product.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

using Layout = dnnl::memory::desc;
using Dims = dnnl::memory::dims;

/// Multiplications from which oneDNN's blocking pays for making a primitive.
constexpr std::int64_t kLarge = 1 << 24;

/// Sizes and flags of one call, with the leading axes made as few as they can be.
struct Shapes {
  ProductSizes sizes;
  Dims a_batch;  // of one length; 1 where an operand repeats
  Dims b_batch;
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
  if (!one_b || s.sizes.transpose_a) return;
  // Every row of every matrix meets the same b: one product of many rows.
  for (const std::int64_t size : a) s.sizes.m *= size;
  s.a_batch.clear();
  s.b_batch.clear();
}

Shapes shapes_of(const op::MatMul& op, const Tensor& a, const Tensor& b) {
  const auto rank = static_cast<std::size_t>(std::max(a.rank(), b.rank()) - 2);
  Shapes shapes{{a.size(op.transpose_a ? -1 : -2), a.size(op.transpose_a ? -2 : -1),
                 b.size(op.transpose_b ? -2 : -1), op.transpose_a, op.transpose_b},
                leading(a.shape(), rank),
                leading(b.shape(), rank)};
  merge_batch(shapes);
  return shapes;
}

/// Which matrices of a and b make matrix `index` of the result.
std::pair<std::int64_t, std::int64_t> operands_of(const Shapes& s, std::int64_t index) {
  std::int64_t a = 0;
  std::int64_t b = 0;
  std::int64_t a_stride = 1;
  std::int64_t b_stride = 1;
  for (std::size_t i = s.a_batch.size(); i-- > 0;) {
    const std::int64_t size = std::max(s.a_batch[i], s.b_batch[i]);
    if (s.a_batch[i] > 1) a += index % size * a_stride;
    if (s.b_batch[i] > 1) b += index % size * b_stride;
    a_stride *= s.a_batch[i];
    b_stride *= s.b_batch[i];
    index /= size;
  }
  return {a, b};
}

/// Each matrix of the result alone, in as many parts as the threads need.
void multiply_each(const Shapes& s, const float* a, const float* b, std::int64_t count, float* y) {
  const ProductSizes& p = s.sizes;
  const std::int64_t parts =
      std::clamp<std::int64_t>(2 * thread_count() / count, 1, (p.m + 15) / 16);
  const std::int64_t work = std::max<std::int64_t>(p.m * p.k * p.n / parts, 1);
  parallel_for(count * parts, kProductGrain / work + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto [a_index, b_index] = operands_of(s, i / parts);
      const std::int64_t part = i % parts;
      small_product(p, a + a_index * p.m * p.k, b + b_index * p.k * p.n,
                    {p.m * part / parts, p.m * (part + 1) / parts}, y + i / parts * p.m * p.n);
    }
  });
}

/// A row-major matrix, read with its axes swapped where `transposed`.
Layout layout(std::int64_t rows, std::int64_t columns, bool transposed) {
  return Layout({rows, columns}, dnnl::memory::data_type::f32,
                transposed ? Dims{1, rows} : Dims{columns, 1});
}

Primitive make_matmul(const ProductSizes& s) {
  const Layout a = layout(s.m, s.k, s.transpose_a);
  const Layout b = layout(s.k, s.n, s.transpose_b);
  const Layout y = layout(s.m, s.n, false);
  const dnnl::matmul::primitive_desc made(engine(), a, b, y, primitive_attributes());
  return {dnnl::matmul(made), a, b, {}, y, made.scratchpad_desc()};
}

void multiply_large(const ProductSizes& s, const float* a, const float* b, float* y) {
  const auto primitive =
      cached_primitive(PrimitiveFamily::Product, {s.m, s.k, s.n, s.transpose_a, s.transpose_b},
                       [&] { return make_matmul(s); });
  execute(*primitive, {{DNNL_ARG_SRC, memory_at(primitive->source, a)},
                       {DNNL_ARG_WEIGHTS, memory_at(primitive->weights, b)},
                       {DNNL_ARG_DST, memory_at(primitive->target, y)}});
}

void matmul(const op::MatMul& op, op::Inputs inputs, op::Outputs outputs) {
  if (outputs[0].elements() == 0) return;
  const Shapes shapes = shapes_of(op, inputs[0], inputs[1]);
  const ProductSizes& sizes = shapes.sizes;
  const float* a = numbers<float>(inputs[0]);
  const float* b = numbers<float>(inputs[1]);
  float* y = outputs[0].mutable_data<float>().data();
  const std::int64_t count = outputs[0].elements() / (sizes.m * sizes.n);
  const bool large = count == 1 && sizes.m * sizes.k * sizes.n > kLarge;
  if (large && !execution().strict) return multiply_large(sizes, a, b, y);
  multiply_each(shapes, a, b, count, y);
}

bool accepts_matmul(const op::MatMul& op, op::Inputs inputs) {
  return all_float32(inputs) && inputs[0].size(op.transpose_a ? -2 : -1) > 0;
}

}  // namespace

void add_matmul(KernelTable& table) { table.add<op::MatMul>(kOwner, matmul, accepts_matmul); }

}  // namespace domino::onednn
