#include "domino/backends/cuda/affine.h"
#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/operands.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/cuda/strided.h"

namespace domino::cuda {
namespace {

using reference::Strides;

Shape batch_of(const Shape& shape) {
  return Shape(std::vector<std::int64_t>(shape.begin(), shape.end() - 2));
}

/// How the matrices of an operand lie when its leading axes are broadcast to `batch`.
Strides batch_strides(const Shape& shape, const Shape& batch) {
  Strides strides = reference::broadcast_strides(batch_of(shape), batch);
  for (std::int64_t& stride : strides) stride *= shape[-2] * shape[-1];
  return strides;
}

Strided<2> batch_space(op::Inputs inputs, const Tensor& output) {
  const Shape batch = batch_of(output.shape());
  return strided<2>(
      batch, {batch_strides(inputs[0].shape(), batch), batch_strides(inputs[1].shape(), batch)});
}

/// Rows of all matrices a are those of one matrix where one b serves all.
void join_rows(Product& product) {
  if (product.a.transposed || product.b.batch_stride != 0 ||
      product.a.batch_stride != product.m * product.k) {
    return;
  }
  product.m *= product.batch;
  product.batch = 1;
}

template <class T>
void multiply_floats(const op::MatMul& op, op::Inputs inputs, Tensor& output) {
  const Operand a = operand(inputs[0]);
  const Operand b = operand(inputs[1]);
  const Strided<2> batch = batch_space(inputs, output);
  const std::int64_t matrix = output.size(-2) * output.size(-1);
  const std::int64_t together = batch.axes == 0 ? 1 : batch.sizes[0];
  for (std::int64_t first = 0; first < batch.count; first += together) {
    const auto at = batch.offsets(first);
    Product product{
        .dtype = a.dtype,
        .tf32 = multiplies_in_tf32(),
        .batch = together,
        .m = output.size(-2),
        .n = output.size(-1),
        .k = inputs[0].size(op.transpose_a ? -2 : -1),
        .a = {a.at(at.of[0]).bytes, inputs[0].size(-1), batch.strides[0][0], op.transpose_a},
        .b = {b.at(at.of[1]).bytes, inputs[1].size(-1), batch.strides[0][1], op.transpose_b},
        .c = written<T>(output) + first * matrix,
        .c_row_stride = output.size(-1),
        .c_batch_stride = matrix};
    join_rows(product);
    multiply(product);
  }
}

/// One matrix among several in memory.
template <class T>
struct Matrix {
  const T* numbers;
  std::int64_t row_stride;
  std::int64_t column_stride;

  Matrix(const Tensor& tensor, bool transposed)
      : numbers(cuda::numbers<T>(tensor)),
        row_stride(transposed ? 1 : tensor.size(-1)),
        column_stride(transposed ? tensor.size(-1) : 1) {}

  DOMINO_HOST_DEVICE std::uint64_t at(std::int64_t row, std::int64_t column) const {
    return static_cast<std::uint64_t>(numbers[row * row_stride + column * column_stride]);
  }
};

/// Products of integers, which wrap around; cuBLASLt has none.
template <class T>
struct MultiplyIntegers {
  Strided<2> batch;
  std::int64_t m;
  std::int64_t n;
  std::int64_t k;
  Matrix<T> a;
  Matrix<T> b;
  T* y;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t row = i / n;
    const auto offsets = batch.offsets(row / m);
    Matrix<T> left = a;
    Matrix<T> right = b;
    left.numbers += offsets.of[0];
    right.numbers += offsets.of[1];
    std::uint64_t sum = 0;
    for (std::int64_t j = 0; j < k; ++j) sum += left.at(row % m, j) * right.at(j, i % n);
    y[i] = static_cast<T>(sum);
  }
};

template <class T>
void multiply_integers(const op::MatMul& op, op::Inputs inputs, Tensor& output) {
  for_each_index(output.elements(),
                 MultiplyIntegers<T>{batch_space(inputs, output), output.size(-2), output.size(-1),
                                     inputs[0].size(op.transpose_a ? -2 : -1),
                                     Matrix<T>(inputs[0], op.transpose_a),
                                     Matrix<T>(inputs[1], op.transpose_b), written<T>(output)});
}

}  // namespace

void matmul(const op::MatMul& op, op::Inputs inputs, op::Outputs outputs) {
  Tensor& output = outputs[0];
  if (output.elements() == 0) return;
  if (inputs[0].elements() == 0) return set_to_zero(output);
  visit_computed(output.dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      multiply_floats<T>(op, inputs, output);
    } else {
      multiply_integers<T>(op, inputs, output);
    }
  });
}

void dense(const op::Dense& op, op::Inputs inputs, op::Outputs outputs) {
  const std::int64_t in = inputs[1].size(0);
  const std::int64_t out = inputs[1].size(1);
  visit_floating(outputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    apply({.dtype = outputs[0].dtype(),
           .rows = out == 0 ? 0 : outputs[0].elements() / out,
           .in = in,
           .out = out,
           .x = operand(inputs[0]),
           .w = operand(inputs[1]),
           .w_stride = out,
           .bias = numbers_if_given<T>(inputs, 2),
           .activation = op.activation,
           .y = written<T>(outputs[0])});
  });
}

}  // namespace domino::cuda
