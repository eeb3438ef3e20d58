#include "domino/backends/cuda/affine.h"

#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/reference/activation.h"

namespace domino::cuda {
namespace {

template <class T>
struct Finish {
  std::int64_t width;
  const T* bias;
  op::UnaryKind activation;
  T* y;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const T shifted = bias == nullptr ? y[i] : y[i] + bias[i % width];
    y[i] = reference::activate(activation, shifted);
  }
};

}  // namespace

void finish(DType dtype, void* y, std::int64_t rows, std::int64_t width, const void* bias,
            op::UnaryKind activation) {
  if (bias == nullptr && activation == op::UnaryKind::Linear) return;
  visit_floating(dtype, [&]<class T>(TypeTag<T>) {
    for_each_index(rows * width,
                   Finish<T>{width, static_cast<const T*>(bias), activation, static_cast<T*>(y)});
  });
}

void apply(const AffineMap& map) {
  if (map.rows == 0 || map.out == 0) return;
  if (map.in == 0) {
    fill_with_zeros(static_cast<std::byte*>(map.y),
                    static_cast<std::size_t>(map.rows * map.out) * size_of(map.dtype));
    return finish(map.dtype, map.y, map.rows, map.out, map.bias, map.activation);
  }
  // cuBLASLt has epilogues of float32 and half types only, and of few functions.
  const bool bias_inside = map.dtype == DType::Float32;
  const bool relu_inside = bias_inside && map.activation == op::UnaryKind::Relu;
  multiply({.dtype = map.x.dtype,
            .tf32 = multiplies_in_tf32(),
            .m = map.rows,
            .n = map.out,
            .k = map.in,
            .a = {.numbers = map.x.bytes, .row_stride = map.in},
            .b = {.numbers = map.w.bytes, .row_stride = map.w_stride},
            .c = map.y,
            .c_row_stride = map.out,
            .bias = bias_inside ? map.bias : nullptr,
            .relu = relu_inside});
  finish(map.dtype, map.y, map.rows, map.out, bias_inside ? nullptr : map.bias,
         relu_inside ? op::UnaryKind::Linear : map.activation);
}

}  // namespace domino::cuda
