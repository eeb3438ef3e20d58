#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <type_traits>
#include <vector>

// A part of kernel.h, for compilers of the host: it runs kernels in the tests only.

namespace domino::cuda {

/// Whether the threads of a block take their turns from the last to the first, which may change nothing.
inline bool threads_in_reverse = false;

/// Memory as a GPU leaves it: anything but zeros.
template <class T>
void make_garbage(T& value) {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T>);
  std::memset(static_cast<void*>(&value), 0xFF, sizeof value);
}

/// Tells the runtime of the tests of a kernel that is about to run.
void note_kernel(const void* arguments, std::size_t bytes);
/// Does `work`, or keeps it for the graph that this thread captures.
void carry_out(const std::function<void()>& work);

template <class Kernel>
void run_block(const Kernel& kernel, std::int64_t block, int threads) {
  typename Kernel::Shared shared;
  make_garbage(shared);
  std::vector<typename Kernel::Local> locals(static_cast<std::size_t>(threads));
  for (auto& local : locals) make_garbage(local);
  const int phases = kernel.phases(block);
  for (int phase = 0; phase < phases; ++phase) {
    for (int turn = 0; turn < threads; ++turn) {
      const int thread = threads_in_reverse ? threads - 1 - turn : turn;
      kernel.phase(phase, Place{block, thread, threads}, locals[static_cast<std::size_t>(thread)],
                   shared);
    }
  }
}

template <class Kernel>
void run_blocks(const Kernel& kernel, std::int64_t blocks, int threads) {
  carry_out([kernel, blocks, threads] {
    note_kernel(&kernel, sizeof kernel);
    for (std::int64_t block = 0; block < blocks; ++block) run_block(kernel, block, threads);
  });
}

}  // namespace domino::cuda
