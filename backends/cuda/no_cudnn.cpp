// What a library with DOMINO_CUDA, but without DOMINO_CUDNN, has in the place of cudnn_cuda.cpp.

#include "domino/backends/cuda/cudnn.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

[[noreturn]] void fail_for_cudnn() {
  fail<DeviceError>("no cuDNN is compiled in; configure with -DDOMINO_CUDNN=ON");
}

}  // namespace

bool has_cudnn() { return false; }
CudnnWeights weights_of(const CudnnRnn&) { fail_for_cudnn(); }
void run(const CudnnRnn&, const CudnnCall&) { fail_for_cudnn(); }

}  // namespace domino::cuda
