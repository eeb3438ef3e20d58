#pragma once

#include <cstdint>

namespace domino::onednn {

/// Softmax of each of `rows` rows of `size` numbers, on the calling thread; `y` may be `x`.
void softmax_rows(const float* x, std::int64_t rows, std::int64_t size, float* y);

}  // namespace domino::onednn
