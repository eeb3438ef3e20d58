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

/// Rows `begin` ... `end` of one product, on the calling thread. For the many small products of
/// attention, whose sizes change with every batch: nothing is made or kept for a size.
void small_product(const ProductSizes& sizes, const float* a, const float* b, std::int64_t begin,
                   std::int64_t end, float* y);

}  // namespace domino::onednn
