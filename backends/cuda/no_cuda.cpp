// What a library without DOMINO_CUDA has in the place of cuda.cpp.

#include "domino/backends/cuda/cuda.h"
#include "domino/core/check.h"

namespace domino::cuda {

int device_count() { return 0; }

const Backend& cuda_backend(int) {
  fail<DeviceError>("no CUDA backend is compiled in; configure with -DDOMINO_CUDA=ON, or take cpu");
}

}  // namespace domino::cuda
