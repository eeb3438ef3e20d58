#pragma once

/// Marks functions that kernels call too: nvcc compiles them for the host and for the device.
#ifdef __CUDACC__
#define DOMINO_HOST_DEVICE __host__ __device__
#else
#define DOMINO_HOST_DEVICE
#endif
