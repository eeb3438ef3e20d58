#pragma once

#include "domino/backends/cuda/streams.h"

// A part of kernel.h, for nvcc.

namespace domino::cuda {

template <class Kernel>
__global__ void run_phases(const Kernel kernel) {
  __shared__ typename Kernel::Shared shared;
  typename Kernel::Local local;
  const Place at{static_cast<std::int64_t>(blockIdx.x), static_cast<int>(threadIdx.x),
                 static_cast<int>(blockDim.x)};
  const int phases = kernel.phases(at.block);
  for (int phase = 0; phase < phases; ++phase) {
    if (phase > 0) __syncthreads();
    kernel.phase(phase, at, local, shared);
  }
}

template <class Kernel>
void run_blocks(const Kernel& kernel, std::int64_t blocks, int threads) {
  run_phases<<<static_cast<unsigned>(blocks), static_cast<unsigned>(threads), 0, stream()>>>(
      kernel);
  check_launch();
}

}  // namespace domino::cuda
