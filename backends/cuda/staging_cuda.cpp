#include "domino/backends/cuda/staging_cuda.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <cstring>

#include "domino/core/check.h"

namespace domino::cuda {
namespace {

void check_staging(cudaError_t status) {
  if (status != cudaSuccess) cudaGetLastError();
  check<DeviceError>(status == cudaSuccess, "cuda: an upload: {}", cudaGetErrorString(status));
}

}  // namespace

Staging::Staging() {
  void* memory = nullptr;
  check_staging(cudaMallocHost(&memory, 2 * kHalf));
  memory_ = static_cast<std::byte*>(memory);
}

Staging& Staging::of_process() {
  // Never ended: uploads may come until the process ends, and the runtime ends before it.
  static Staging& staging = *new Staging;
  return staging;
}

void Staging::change_halves() {
  for (const auto& copies : copies_of_other_half_) copies->wait();
  copies_of_other_half_.clear();
  for (const Stream& stream : streams_) {
    copies_of_other_half_.push_back(std::make_unique<Milestone>(stream));
  }
  streams_.clear();
  half_ = 1 - half_;
  used_ = 0;
}

std::byte* Staging::room_for(std::size_t bytes) {
  if (used_ + bytes > kHalf) change_halves();
  std::byte* room = memory_ + half_ * kHalf + used_;
  constexpr std::size_t kApart = 256;
  used_ += (bytes + kApart - 1) / kApart * kApart;
  return room;
}

void Staging::upload(std::byte* to, const std::byte* from, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  std::byte* room = room_for(bytes);
  const Stream here = stream_on(this_device());
  if (std::ranges::find(streams_, here) == streams_.end()) streams_.push_back(here);
  std::memcpy(room, from, bytes);
  check_staging(cudaMemcpyAsync(to, room, bytes, cudaMemcpyHostToDevice, here.handle));
}

}  // namespace domino::cuda
