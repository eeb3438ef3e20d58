#pragma once

#include "domino/backends/cuda/operands.h"
#include "domino/backends/op.h"

namespace domino::cuda {

/// y = activation(y + bias), for a y of `rows` rows of `width` numbers; a bias (width) may be null.
void finish(DType dtype, void* y, std::int64_t rows, std::int64_t width, const void* bias,
            op::UnaryKind activation);

/// y = activation(x w + bias): x (rows, in), w (in, out), of which rows lie `w_stride` apart, y (rows, out).
struct AffineMap {
  DType dtype = DType::Float32;  ///< of the bias and y
  std::int64_t rows = 0;
  std::int64_t in = 0;
  std::int64_t out = 0;
  Operand x = {};
  Operand w = {};
  std::int64_t w_stride = 0;
  const void* bias = nullptr;
  op::UnaryKind activation = op::UnaryKind::Linear;
  void* y = nullptr;
};
void apply(const AffineMap& map);

}  // namespace domino::cuda
