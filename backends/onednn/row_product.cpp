#include "domino/backends/onednn/row_product.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "domino/backends/onednn/elementwise.h"
#include "domino/backends/onednn/grain.h"
#include "domino/backends/onednn/primitive_cache.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/onednn/small_product.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

using Layout = dnnl::memory::desc;
constexpr auto kFloat = dnnl::memory::data_type::f32;
constexpr auto kPlain = dnnl::memory::format_tag::ab;

/// Bounds of the rows of one call, both powers of two. The weights are read anew in each, often from beyond
/// the caches of a core, so calls are large; threads with fewer rows than the least go on together.
constexpr std::int64_t kFewestRows = 64;
constexpr std::int64_t kMostRows = 512;
constexpr std::int64_t kStep = 8;

std::int64_t power_below(std::int64_t n) {
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(n)));
}

struct Product {
  const float* x;
  const Tensor& weights;
  const float* bias;
  op::UnaryKind activation;
  float* y;
  bool strict;

  std::int64_t in() const { return weights.size(0); }
  std::int64_t out() const { return weights.size(1); }
};

Primitive make_product(std::int64_t rows, const Product& product) {
  const Layout x({rows, product.in()}, kFloat, kPlain);
  const Layout weights({product.in(), product.out()}, kFloat, dnnl::memory::format_tag::any);
  const Layout bias =
      product.bias != nullptr ? Layout({1, product.out()}, kFloat, kPlain) : Layout();
  const Layout y({rows, product.out()}, kFloat, kPlain);
  const dnnl::matmul::primitive_desc made(engine(), x, weights, bias, y, primitive_attributes());
  return {dnnl::matmul(made), x, made.weights_desc(), bias, y, made.scratchpad_desc()};
}

void run_exactly(const Product& product, std::int64_t begin, std::int64_t rows) {
  const auto primitive = cached_primitive(
      PrimitiveFamily::RowProduct, {rows, product.in(), product.out(), product.bias != nullptr},
      [&] { return make_product(rows, product); });
  const Layout plain({product.in(), product.out()}, kFloat, kPlain);
  std::unordered_map<int, dnnl::memory> arguments = {
      {DNNL_ARG_SRC, memory_at(primitive->source, product.x + begin * product.in())},
      {DNNL_ARG_WEIGHTS, packed(product.weights, plain, primitive->weights)},
      {DNNL_ARG_DST, memory_at(primitive->target, product.y + begin * product.out())}};
  if (product.bias != nullptr) {
    arguments.emplace(DNNL_ARG_BIAS, memory_at(primitive->bias, product.bias));
  }
  execute(*primitive, std::move(arguments));
}

/// Rows for the next piece of `whole`, of which `left` are left: powers of two, then a multiple of
/// eight, so that few primitives serve any number. It may be more than are left.
std::int64_t piece_of(std::int64_t left, std::int64_t whole) {
  if (left < kFewestRows && left >= kStep) return left / kStep * kStep;
  if (left < kStep && whole >= kStep) return kStep;
  return std::min(power_below(left), kMostRows);
}

void activate(const Product& product, std::int64_t begin, std::int64_t end) {
  if (product.activation == op::UnaryKind::Linear) return;
  float* y = product.y + begin * product.out();
  unary_range(product.activation, y, y, (end - begin) * product.out());
}

void run_pieces(const Product& product, std::int64_t begin, std::int64_t end) {
  for (std::int64_t at = begin; at < end;) {
    const std::int64_t piece = piece_of(end - at, end - begin);
    // The last one may begin early and compute some rows again, to the same bits; before they are
    // activated in place.
    const std::int64_t first = std::min(at, end - piece);
    run_exactly(product, first, piece);
    activate(product, first, first + piece);
    at += piece;
  }
}

/// Row by row in one order of additions, whatever the number of rows.
void run_strictly(const Product& product, std::int64_t begin, std::int64_t end) {
  const ProductSizes sizes{.m = end, .k = product.in(), .n = product.out()};
  small_product(sizes, product.x, numbers<float>(product.weights), begin, end, product.y);
  if (product.bias == nullptr) return;
  for (std::int64_t row = begin; row < end; ++row) {
    float* y = product.y + row * product.out();
    std::transform(y, y + product.out(), product.bias, y, std::plus());
  }
}

void run_rows(const Product& product, std::int64_t begin, std::int64_t end) {
  if (!product.strict) return run_pieces(product, begin, end);
  run_strictly(product, begin, end);
  activate(product, begin, end);
}

}  // namespace

void row_product(const float* x, std::int64_t rows, const Tensor& weights, const float* bias,
                 op::UnaryKind activation, float* y, bool strict) {
  const Product product{x, weights, bias, activation, y, strict};
  const bool small = rows * product.in() * product.out() < kProductGrain;
  const ThreadScope scope(small ? 1 : thread_count());
  const std::int64_t threads = thread_count();
  // oneDNN can also share out the columns.
  if (!strict && rows < kFewestRows * threads) return run_rows(product, 0, rows);
  const std::int64_t part = (rows + threads * kStep - 1) / (threads * kStep) * kStep;
  parallel_for(threads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if (i * part < rows) run_rows(product, i * part, std::min(rows, (i + 1) * part));
    }
  });
}

}  // namespace domino::onednn
