#include "domino/backends/onednn/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "domino/backends/onednn/small_product.cpp"
#include <hwy/foreach_target.h>

#include <algorithm>
#include <vector>

#include "domino/backends/onednn/simd_math-inl.h"
#include "domino/backends/onednn/small_product.h"

HWY_BEFORE_NAMESPACE();
namespace domino::onednn::HWY_NAMESPACE {
namespace {

constexpr int kMostVectors = 4;
constexpr std::int64_t kPanel = kMostVectors * kLanes;

/// Some columns of b: row k of them begins `stride` numbers after row k - 1.
struct Panel {
  const float* numbers;
  std::int64_t stride;
  std::int64_t depth;
  std::int64_t columns;
};

/// Some rows of a, and where their products go.
struct Rows {
  const float* a;
  std::int64_t row_stride;
  std::int64_t stride;  // from one k to the next
  float* y;
  std::int64_t y_stride;
};

template <int kRows, int kVectors>
void multiply(const Panel& panel, const Rows& rows) {
  V sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::Zero(D());
  }
  const float* a = rows.a;
  const float* b = panel.numbers;
  for (std::int64_t k = 0; k < panel.depth; ++k, a += rows.stride, b += panel.stride) {
    DOMINO_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      const V weight = hn::LoadU(D(), b + v * kLanes);
      DOMINO_UNROLL
      for (int r = 0; r < kRows; ++r) {
        sum[r][v] = hn::MulAdd(hn::Set(D(), a[r * rows.row_stride]), weight, sum[r][v]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      store_some(sum[r][v], rows.y + r * rows.y_stride + v * kLanes, panel.columns - v * kLanes);
    }
  }
}

template <int kRows>
void multiply_rows(const Panel& panel, const Rows& rows, std::int64_t count) {
  if constexpr (kRows > 1) {
    if (count < kRows) return multiply_rows<kRows - 1>(panel, rows, count);
  }
  switch ((panel.columns + kLanes - 1) / kLanes) {
    case 1:
      return multiply<kRows, 1>(panel, rows);
    case 2:
      return multiply<kRows, 2>(panel, rows);
    case 3:
      return multiply<kRows, 3>(panel, rows);
    default:
      return multiply<kRows, kMostVectors>(panel, rows);
  }
}

/// Columns from `first` on. Where they do not lie side by side, or do not fill vectors, a copy of
/// them in `packed`.
Panel panel_of(const ProductSizes& sizes, const float* b, std::int64_t first, std::int64_t end,
               std::vector<float>& packed) {
  const std::int64_t columns = std::min(kPanel, end - first);
  if (!sizes.transpose_b && columns % kLanes == 0) return {b + first, sizes.n, sizes.k, columns};
  const std::int64_t width = (columns + kLanes - 1) / kLanes * kLanes;
  packed.assign(static_cast<std::size_t>(sizes.k * width), 0.0f);
  const std::int64_t row_stride = sizes.transpose_b ? 1 : sizes.n;
  const std::int64_t column_stride = sizes.transpose_b ? sizes.k : 1;
  b += first * column_stride;
  float* to = packed.data();
  for (std::int64_t k = 0; k < sizes.k; ++k, b += row_stride, to += width) {
    for (std::int64_t j = 0; j < columns; ++j) to[j] = b[j * column_stride];
  }
  return {packed.data(), width, sizes.k, columns};
}

void product(const ProductSizes& sizes, const float* a, const float* b, Range rows, Range columns,
             float* y, std::int64_t y_stride) {
  thread_local std::vector<float> packed;
  const std::int64_t row_stride = sizes.transpose_a ? 1 : sizes.k;
  const std::int64_t stride = sizes.transpose_a ? sizes.m : 1;
  const std::int64_t count = rows.end - rows.begin;
  const std::int64_t groups = (count + kMostRows - 1) / kMostRows;
  for (std::int64_t column = columns.begin; column < columns.end; column += kPanel) {
    const Panel panel = panel_of(sizes, b, column, columns.end, packed);
    for (std::int64_t group = 0; group < groups; ++group) {
      const std::int64_t first = rows.begin + count * group / groups;
      const std::int64_t last = rows.begin + count * (group + 1) / groups;
      multiply_rows<kMostRows>(
          panel,
          {a + first * row_stride, row_stride, stride, y + first * y_stride + column, y_stride},
          last - first);
    }
  }
}

}  // namespace
}  // namespace domino::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace domino::onednn {

HWY_EXPORT(product);

void small_product(const ProductSizes& sizes, const float* a, const float* b, Range rows,
                   Range columns, float* y, std::int64_t y_stride) {
  HWY_DYNAMIC_DISPATCH(product)(sizes, a, b, rows, columns, y, y_stride);
}

}  // namespace domino::onednn
#endif
