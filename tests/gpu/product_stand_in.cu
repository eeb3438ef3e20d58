// A plain product for machines without cuBLASLt, loaded before libdomino.so by the runner alone: all other
// kernels can be tested there. It tells nothing of cuBLASLt, and nothing of speed.

#include <cuda_runtime.h>

#include <algorithm>

#include "domino/backends/cuda/runtime.h"
#include "domino/backends/cuda/streams.h"

namespace domino::cuda {
namespace {

constexpr std::int64_t kThreads = 256;
constexpr std::int64_t kMostBlocks = 1 << 20;

template <class T>
__device__ T number(const Matrices& matrices, std::int64_t batch, std::int64_t row,
                    std::int64_t column) {
  if (matrices.transposed)
    return number<T>({matrices.numbers, matrices.row_stride, matrices.batch_stride}, batch, column,
                     row);
  return static_cast<const T*>(
      matrices.numbers)[batch * matrices.batch_stride + row * matrices.row_stride + column];
}

template <class T>
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
      sum += number<T>(p.a, batch, row, k) * number<T>(p.b, batch, k, column);
    }
    if (p.bias != nullptr) sum += static_cast<const T*>(p.bias)[column];
    to = p.relu && sum < T(0) ? T(0) : sum;
  }
}

}  // namespace

__attribute__((visibility("default"))) void multiply(const Product& p) {
  const std::int64_t wanted = (p.batch * p.m * p.n + kThreads - 1) / kThreads;
  const auto blocks = static_cast<unsigned>(std::min(wanted, kMostBlocks));
  if (p.dtype == DType::Float64) {
    multiply_plainly<double><<<blocks, kThreads, 0, stream()>>>(p);
  } else {
    multiply_plainly<float><<<blocks, kThreads, 0, stream()>>>(p);
  }
  check_launch();
}

}  // namespace domino::cuda
