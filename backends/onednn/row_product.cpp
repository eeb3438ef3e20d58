#include "domino/backends/onednn/row_product.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <vector>

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

/// Bounds of the rows of one call of oneDNN, both powers of two. The weights are read anew in each, often from
/// beyond the caches of a core, so calls are large. Fewer rows, whose number changes from call to call, do not
/// pay for making a primitive. Threads with fewer rows than the least go on together.
constexpr std::int64_t kFewestRows = 64;
constexpr std::int64_t kMostRows = 512;
/// Rows that one thread leaves to another at least, if there are so many.
constexpr std::int64_t kFewestLeft = 256;
constexpr std::int64_t kStep = 16;
constexpr std::int64_t kColumns = 64;  // that one thread computes at least

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

void activate(const Product& product, std::int64_t begin, std::int64_t end) {
  if (product.activation == op::UnaryKind::Linear) return;
  float* y = product.y + begin * product.out();
  unary_range(product.activation, y, y, (end - begin) * product.out());
}

/// Each element in one order of additions, whatever the number of rows; on all threads that there are.
void run_any(const Product& product, std::int64_t begin, std::int64_t end) {
  const ProductSizes sizes{.m = end, .k = product.in(), .n = product.out()};
  const float* weights = numbers<float>(product.weights);
  const std::int64_t parts = (sizes.n + kColumns - 1) / kColumns;
  const std::int64_t work = std::max<std::int64_t>((end - begin) * sizes.k * kColumns, 1);
  parallel_for(parts, kProductGrain / work + 1, [&](std::int64_t first, std::int64_t last) {
    const Range columns{first * kColumns, std::min(sizes.n, last * kColumns)};
    small_product(sizes, product.x, weights, {begin, end}, columns, product.y, sizes.n);
  });
  if (product.bias == nullptr) return;
  for (std::int64_t row = begin; row < end; ++row) {
    float* y = product.y + row * product.out();
    std::transform(y, y + product.out(), product.bias, y, std::plus());
  }
}

/// Rows of the next call if `left` are left: few sizes serve any number. It may be more than are left.
std::int64_t piece_of(std::int64_t left) {
  if (left < kFewestRows) return (left + kStep - 1) / kStep * kStep;
  return std::min(power_below(left), kMostRows);
}

void run_pieces(const Product& product, std::int64_t begin, std::int64_t end) {
  for (std::int64_t at = begin; at < end;) {
    const std::int64_t piece = piece_of(end - at);
    // The last one may begin early and compute some rows again, to the same bits; before they are
    // activated in place.
    const std::int64_t first = std::min(at, end - piece);
    run_exactly(product, first, piece);
    activate(product, first, first + piece);
    at += piece;
  }
}

void run_rows(const Product& product, std::int64_t begin, std::int64_t end) {
  if (!product.strict && end - begin >= kFewestRows) return run_pieces(product, begin, end);
  run_any(product, begin, end);
  activate(product, begin, end);
}

/// Where the rows are cut: each thread has a part of the same size, in ever smaller pieces, so that at the end
/// none is late by much.
std::vector<std::int64_t> cut_for(std::int64_t threads, std::int64_t rows) {
  const std::int64_t part = (rows + threads * kStep - 1) / (threads * kStep) * kStep;
  std::vector<std::int64_t> cuts{0};
  for (std::int64_t i = 1; i <= threads; ++i) {
    const std::int64_t end = i == threads ? rows : std::min(rows, i * part);
    while (cuts.back() < end) {
      const std::int64_t left = end - cuts.back();
      const std::int64_t piece = std::max(power_below(left / 2), kFewestLeft);
      cuts.push_back(left - piece < kFewestLeft ? end : cuts.back() + piece);
    }
  }
  return cuts;
}

}  // namespace

void row_product(const float* x, std::int64_t rows, const Tensor& weights, const float* bias,
                 op::UnaryKind activation, float* y, bool strict) {
  const Product product{x, weights, bias, activation, y, strict};
  const bool small = rows * product.in() * product.out() < kProductGrain;
  const ThreadScope scope(small ? 1 : thread_count());
  const std::int64_t threads = thread_count();
  if (threads == 1 || rows < kFewestRows * threads) return run_rows(product, 0, rows);
  const std::vector<std::int64_t> cuts = cut_for(threads, rows);
  parallel_for(std::ssize(cuts) - 1, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      run_rows(product, cuts[i], cuts[i + 1]);
    }
  });
}

}  // namespace domino::onednn
