#pragma once

#include <cstdint>
#include <limits>

#include "domino/backends/cuda/runtime.h"
#include "domino/core/check.h"
#include "domino/core/host_device.h"

/// The form in which kernels are written, so that one source runs on a GPU and, in the tests, on the CPU.
///
/// A kernel is a struct of plain arguments with
///
///     struct Shared {...};  // memory of a block, not set at first
///     struct Local {...};   // what a thread keeps from phase to phase, not set at first
///     int phases(std::int64_t block) const;
///     void phase(int phase, const Place& at, Local& local, Shared& shared) const;
///
/// Between two phases all threads of a block meet; within one they may not read what another writes, nor
/// write different numbers to one place. So a loop with a barrier in it is a run of phases.
namespace domino::cuda {

/// Where a thread stands.
struct Place {
  std::int64_t block;
  int thread;
  int threads;  ///< of the block

  /// Its number among the threads of all blocks.
  DOMINO_HOST_DEVICE std::int64_t index() const { return block * threads + thread; }
};

/// What a kernel without block memory, or whose threads keep nothing, has in its place.
struct Nothing {};

/// The threads of a block, unless a kernel wants less.
inline constexpr int kThreads = 256;

}  // namespace domino::cuda

#ifdef __CUDACC__
#include "domino/backends/cuda/launch_on_device.h"
#else
#include "domino/backends/cuda/launch_on_host.h"
#endif

namespace domino::cuda {

/// Runs `kernel` in `blocks` blocks of `threads` threads; with no block it does nothing.
template <class Kernel>
void launch(const Kernel& kernel, std::int64_t blocks, int threads = kThreads) {
  if (blocks == 0) return;
  check<DeviceError>(blocks <= std::numeric_limits<std::int32_t>::max(),
                     "cuda: a tensor is too large, it needs {} blocks of {} threads", blocks,
                     threads);
  run_blocks(kernel, blocks, threads);
}

/// Calls `body(i)` for every index below `count`, each in a thread of its own.
template <class Body>
struct EachIndex {
  using Shared = Nothing;
  using Local = Nothing;
  std::int64_t count;
  Body body;

  DOMINO_HOST_DEVICE int phases(std::int64_t) const { return 1; }
  DOMINO_HOST_DEVICE void phase(int, const Place& at, Local&, Shared&) const {
    if (at.index() < count) body(at.index());
  }
};

/// The kernel of one phase: `body` is a struct of plain arguments with `void operator()(std::int64_t i) const`.
template <class Body>
void for_each_index(std::int64_t count, const Body& body) {
  launch(EachIndex<Body>{count, body}, (count + kThreads - 1) / kThreads);
}

}  // namespace domino::cuda
