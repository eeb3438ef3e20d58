#include "domino/backends/reference/activation.h"
#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/numbers.h"
#include "domino/backends/reference/walk.h"

namespace domino::reference {
namespace {

/// One matrix among several in memory.
template <class Wide>
struct Matrix {
  const Wide* numbers;
  std::int64_t row_stride;
  std::int64_t column_stride;
  Wide at(std::int64_t row, std::int64_t column) const {
    return numbers[row * row_stride + column * column_stride];
  }
};

/// a (m, k) times b (k, n), appended to `output` row by row.
template <class Wide>
void append_product(const Matrix<Wide>& a, const Matrix<Wide>& b, std::int64_t m, std::int64_t k,
                    std::int64_t n, std::vector<Wide>& output) {
  for (std::int64_t row = 0; row < m; ++row) {
    for (std::int64_t column = 0; column < n; ++column) {
      Wide sum{};
      for (std::int64_t i = 0; i < k; ++i) sum += a.at(row, i) * b.at(i, column);
      output.push_back(sum);
    }
  }
}

/// The axes before the last two.
Shape batch_of(const Shape& shape) {
  return Shape(std::vector<std::int64_t>(shape.begin(), shape.end() - 2));
}

/// The strides of the batch axes of `shape`, broadcast to `batch`, in elements.
Strides batch_strides(const Shape& shape, const Shape& batch) {
  Strides strides = broadcast_strides(batch_of(shape), batch);
  for (std::int64_t& stride : strides) stride *= shape[-2] * shape[-1];
  return strides;
}

template <class Wide>
void multiply(const op::MatMul& op, const Tensor& a, const Tensor& b, Tensor& output) {
  const std::vector<Wide> left = widened<Wide>(a);
  const std::vector<Wide> right = widened<Wide>(b);
  const auto matrix = [](const Wide* numbers, const Tensor& tensor, bool transposed) {
    const std::int64_t width = tensor.size(-1);
    return transposed ? Matrix<Wide>{numbers, 1, width} : Matrix<Wide>{numbers, width, 1};
  };
  const std::int64_t k = a.size(op.transpose_a ? -2 : -1);
  const Shape batch = batch_of(output.shape());
  std::vector<Wide> product;
  walk<2>(batch, {batch_strides(a.shape(), batch), batch_strides(b.shape(), batch)},
          [&](const Offsets<2>& at) {
            append_product(matrix(left.data() + at[0], a, op.transpose_a),
                           matrix(right.data() + at[1], b, op.transpose_b), output.size(-2), k,
                           output.size(-1), product);
          });
  store(product, output);
}

}  // namespace

void matmul(const op::MatMul& op, op::Inputs inputs, op::Outputs outputs) {
  if (is_floating(outputs[0].dtype())) {
    return multiply<double>(op, inputs[0], inputs[1], outputs[0]);
  }
  multiply<std::uint64_t>(op, inputs[0], inputs[1], outputs[0]);
}

void dense(const op::Dense& op, op::Inputs inputs, op::Outputs outputs) {
  const std::vector<double> x = widened(inputs[0]);
  const std::vector<double> kernel = widened(inputs[1]);
  const std::vector<double> bias = widened_if_given(inputs, 2);
  const std::int64_t in = inputs[1].size(0);
  const std::int64_t out = inputs[1].size(1);
  const std::int64_t rows = out == 0 ? 0 : outputs[0].elements() / out;
  std::vector<double> product;
  append_product<double>({x.data(), in, 1}, {kernel.data(), out, 1}, rows, in, out, product);
  for (std::size_t i = 0; i < product.size(); ++i) {
    const double shift = bias.empty() ? 0 : bias[i % bias.size()];
    product[i] = activate(op.activation, product[i] + shift);
  }
  store(product, outputs[0]);
}

}  // namespace domino::reference
