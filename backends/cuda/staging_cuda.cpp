#include "domino/backends/cuda/staging_cuda.h"

#include <cuda_runtime.h>

#include <cstring>

#include "domino/backends/cuda/runtime.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

void check_staging(cudaError_t status) {
  check<DeviceError>(status == cudaSuccess, "cuda: an upload: {}", cudaGetErrorString(status));
}

}  // namespace

Staging::Staging() {
  void* memory = nullptr;
  check_staging(cudaMallocHost(&memory, 2 * kHalf));
  memory_ = static_cast<std::byte*>(memory);
  for (auto& event : done_) {
    check_staging(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  }
}

std::byte* Staging::room_for(std::size_t bytes) {
  if (used_ + bytes > kHalf) {
    check_staging(cudaEventRecord(done_[half_], stream()));
    half_ = 1 - half_;
    used_ = 0;
    // One that was never recorded is done.
    check_staging(cudaEventSynchronize(done_[half_]));
  }
  std::byte* room = memory_ + half_ * kHalf + used_;
  constexpr std::size_t kApart = 256;
  used_ += (bytes + kApart - 1) / kApart * kApart;
  return room;
}

void Staging::upload(std::byte* to, const std::byte* from, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  std::byte* room = room_for(bytes);
  std::memcpy(room, from, bytes);
  check_staging(cudaMemcpyAsync(to, room, bytes, cudaMemcpyHostToDevice, stream()));
}

}  // namespace domino::cuda
