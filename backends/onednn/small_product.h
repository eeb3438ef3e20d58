#pragma once

#include <cstdint>

namespace domino::onednn {

/// Sizes of y (m, n) = a (m, k) b (k, n); a flag says that the operand lies with its axes swapped.
struct ProductSizes {
  std::int64_t m;
  std::int64_t k;
  std::int64_t n;
  bool transpose_a = false;
  bool transpose_b = false;
};

/// From `begin` up to `end`, without it.
struct Range {
  std::int64_t begin;
  std::int64_t end;
};

/// Some rows and columns of one product, on the calling thread. For sizes that change with every batch:
/// nothing is made or kept for a size. An element gets the same bits whatever is computed beside it.
/// Each row of y begins `y_stride` numbers after the one before.
void small_product(const ProductSizes& sizes, const float* a, const float* b, Range rows,
                   Range columns, float* y, std::int64_t y_stride);
/// All columns, into rows of y that lie side by side.
inline void small_product(const ProductSizes& sizes, const float* a, const float* b, Range rows,
                          float* y) {
  small_product(sizes, a, b, rows, {0, sizes.n}, y, sizes.n);
}

}  // namespace domino::onednn
