// A plain product for machines without cuBLASLt, loaded before libdomino.so by the runner alone: all other
// kernels can be tested there. It tells nothing of cuBLASLt, and nothing of speed.

#include <cuda_runtime.h>

#include <algorithm>

#include "domino/backends/cuda/runtime.h"
#include "domino/backends/cuda/streams.h"
#include "domino/core/half.h"

namespace domino::cuda {
namespace {

constexpr std::int64_t kThreads = 256;
constexpr std::int64_t kMostBlocks = 1 << 20;

__device__ float widened(float number) { return number; }
__device__ double widened(double number) { return number; }
__device__ float widened(Float16 number) { return to_float(number); }
__device__ float widened(BFloat16 number) { return to_float(number); }

template <class Operand>
__device__ auto number(const Matrices& matrices, std::int64_t batch, std::int64_t row,
                       std::int64_t column) {
  const std::int64_t rows_apart = matrices.transposed ? 1 : matrices.row_stride;
  const std::int64_t columns_apart = matrices.transposed ? matrices.row_stride : 1;
  const auto* numbers = static_cast<const Operand*>(matrices.numbers);
  return widened(
      numbers[batch * matrices.batch_stride + row * rows_apart + column * columns_apart]);
}

/// Of operands of one type, with sums of another.
template <class Operand, class T>
__global__ void multiply_plainly(Product p) {
  const std::int64_t threads = std::int64_t{gridDim.x} * blockDim.x;
  std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  for (; i < p.batch * p.m * p.n; i += threads) {
    const std::int64_t column = i % p.n;
    const std::int64_t row = i / p.n % p.m;
    const std::int64_t batch = i / p.n / p.m;
    T& to = static_cast<T*>(p.c)[batch * p.c_batch_stride + row * p.c_row_stride + column];
    T sum = p.accumulate ? to : T(0);
    for (std::int64_t k = 0; k < p.k; ++k) {
      sum += number<Operand>(p.a, batch, row, k) * number<Operand>(p.b, batch, k, column);
    }
    if (p.bias != nullptr) sum += static_cast<const T*>(p.bias)[column];
    to = p.relu && sum < T(0) ? T(0) : sum;
  }
}

}  // namespace

__attribute__((visibility("default"))) void multiply(const Product& p) {
  const std::int64_t wanted = (p.batch * p.m * p.n + kThreads - 1) / kThreads;
  const auto blocks = static_cast<unsigned>(std::min(wanted, kMostBlocks));
  switch (p.dtype) {
    case DType::Float64:
      multiply_plainly<double, double><<<blocks, kThreads, 0, stream()>>>(p);
      break;
    case DType::Float16:
      multiply_plainly<Float16, float><<<blocks, kThreads, 0, stream()>>>(p);
      break;
    case DType::BFloat16:
      multiply_plainly<BFloat16, float><<<blocks, kThreads, 0, stream()>>>(p);
      break;
    default:
      multiply_plainly<float, float><<<blocks, kThreads, 0, stream()>>>(p);
  }
  check_launch();
}

}  // namespace domino::cuda
