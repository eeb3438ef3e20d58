#pragma once

#include "domino/backends/backend.h"

/// The GPU: tensors in its memory, own kernels, and the products of cuBLASLt.
namespace domino::cuda {

/// How many devices this build and this machine have for it; 0 without DOMINO_CUDA.
int device_count();

/// The backend "cuda" of the first device, or "cuda:1" of the next, and so on. Throws DeviceError if `device`
/// cannot be used: no backend compiled in, no such device, a driver too old.
const Backend& cuda_backend(int device);

}  // namespace domino::cuda
