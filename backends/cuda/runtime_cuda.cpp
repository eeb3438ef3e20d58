// The runtime of backends/cuda on a GPU: the calls of the CUDA runtime.

#include <cuda_runtime.h>

#include <limits>

#include "domino/backends/cuda/cuda.h"
#include "domino/backends/cuda/machine.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/cuda/staging_cuda.h"
#include "domino/backends/cuda/streams.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

void check_call(cudaError_t status, std::string_view what) {
  // What failed leaves its error behind for the next call to find.
  if (status != cudaSuccess) cudaGetLastError();
  check<DeviceError>(status == cudaSuccess, "cuda: {}: {}", what, cudaGetErrorString(status));
}

/// What is freed stays with this process, which asks for as much again in the next batch.
void keep_freed_memory() {
  cudaMemPool_t pool = nullptr;
  check_call(cudaDeviceGetDefaultMemPool(&pool, this_device()), "the memory pool");
  auto most = std::numeric_limits<std::uint64_t>::max();
  check_call(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &most),
             "the memory pool");
}

[[noreturn]] void fail_for_bytes(std::size_t bytes) {
  cudaGetLastError();
  std::size_t free = 0;
  std::size_t total = 0;
  check_call(cudaMemGetInfo(&free, &total), "the free memory");
  fail_for_memory(bytes, free, total);
}

void wait() { check_call(cudaStreamSynchronize(stream()), "what was begun before"); }

}  // namespace

int device_count() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  cudaGetLastError();
  return 0;
}

void check_device() {
  Machine machine{.needed = CUDART_VERSION};
  const cudaError_t status = cudaGetDeviceCount(&machine.devices);
  machine.driver_is_too_old = status == cudaErrorInsufficientDriver;
  // Any other failure is that of a device which is there.
  if (machine.driver_is_too_old || status == cudaErrorNoDevice) {
    cudaGetLastError();
    machine.devices = 0;
  } else {
    check_call(status, "the devices");
  }
  check_call(cudaDriverGetVersion(&machine.driver), "the version of the driver");
  check_machine(machine);
}

int exchange_device(int device) {
  int before = 0;
  check_call(cudaGetDevice(&before), "the device of this thread");
  if (before != device) check_call(cudaSetDevice(device), "another device");
  return before;
}

cudaStream_t make_stream() {
  keep_freed_memory();
  cudaStream_t stream = nullptr;
  check_call(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream");
  return stream;
}

cudaEvent_t make_event() {
  cudaEvent_t event = nullptr;
  check_call(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "an event");
  return event;
}

void record(cudaEvent_t event, cudaStream_t stream) {
  check_call(cudaEventRecord(event, stream), "an event");
}

void follow(cudaStream_t stream, cudaEvent_t event) {
  check_call(cudaStreamWaitEvent(stream, event), "what was begun before");
}

bool has_happened(cudaEvent_t event) {
  const cudaError_t status = cudaEventQuery(event);
  if (status == cudaErrorNotReady) {
    cudaGetLastError();
    return false;
  }
  check_call(status, "what was begun before");
  return true;
}

void wait_for(cudaEvent_t event) {
  check_call(cudaEventSynchronize(event), "what was begun before");
}

void check_launch() { check_call(cudaGetLastError(), "a kernel was not started"); }

std::byte* allocate(std::size_t bytes) {
  void* memory = nullptr;
  const cudaError_t status = cudaMallocAsync(&memory, bytes, stream());
  if (status == cudaErrorMemoryAllocation) fail_for_bytes(bytes);
  check_call(status, "memory");
  return static_cast<std::byte*>(memory);
}

void release(std::byte* memory, cudaStream_t stream) noexcept {
  if (cudaFreeAsync(memory, stream) != cudaSuccess) cudaGetLastError();
}

void fill_with_zeros(std::byte* memory, std::size_t bytes) {
  check_call(cudaMemsetAsync(memory, 0, bytes, stream()), "zeros");
}

void copy_to_device(std::byte* to, const std::byte* from, std::size_t bytes) {
  if (bytes <= Staging::kMost) return Staging::of_process().upload(to, from, bytes);
  check_call(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream()), "an upload");
  wait();
}

void copy_to_host(std::byte* to, const std::byte* from, std::size_t bytes) {
  check_call(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream()), "a download");
  wait();
}

void copy_on_device(std::byte* to, const std::byte* from, std::size_t bytes) {
  check_call(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream()), "a copy");
}

}  // namespace domino::cuda
