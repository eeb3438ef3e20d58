#pragma once

#include <cstdint>

#include "domino/backends/op.h"
#include "domino/core/tensor.h"

namespace domino::onednn {

/// y (rows, out) = activation(x (rows, in) weights (in, out) + bias (out)), with `weights` packed
/// once. `bias` may be null. Few primitives serve any number of rows. `strict` as in
/// backends/execution.h.
void row_product(const float* x, std::int64_t rows, const Tensor& weights, const float* bias,
                 op::UnaryKind activation, float* y, bool strict);

}  // namespace domino::onednn
