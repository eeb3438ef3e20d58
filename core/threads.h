#pragma once

#include <cstdint>

namespace domino {

/// Cores that this process may run on.
int core_count();

/// Threads that a `parallel_for`, or a oneDNN primitive, started here would use: what the innermost
/// ThreadScope says, else OpenMP's own setting. 1 inside the body of a `parallel_for`.
int thread_count();

/// Sets the thread count of the calling thread, for Domino and oneDNN alike, until it goes.
class ThreadScope {
 public:
  /// 0 means `core_count()`. Throws ValueError for a negative count or one above 1024.
  explicit ThreadScope(int threads);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

/// Admits calls while there are cores for their threads, so that parallel calls do not crowd each
/// other out: floor(cores / threads) calls at a time, and at least one. First come, first served.
class ThreadGate {
 public:
  /// Leave to compute with `threads` threads; the constructor waits for it.
  ///
  /// A thread that holds a pass, or works for one in a `parallel_for`, gets more without waiting.
  class Pass {
   public:
    explicit Pass(int threads = thread_count());
    ~Pass();
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    int cores_;
  };

  /// How many passes of `threads` threads can be held at a time.
  static int places(int threads);
};

namespace detail {
using RangeBody = void (*)(void* data, std::int64_t begin, std::int64_t end);
void parallel_for(std::int64_t count, std::int64_t grain, RangeBody body, void* data);
}  // namespace detail

/// Calls `body(begin, end)` for disjoint ranges that together make 0 ... `count`, on up to
/// `thread_count()` threads, and returns when all are done.
///
/// Each thread has a part of at least `grain` items (all of them if there are fewer), so small work
/// stays on the calling thread. It is cut into up to 8 ranges, which may be smaller than `grain`;
/// whoever is done early takes some of others. How they are cut depends on the thread count; results
/// must not. If bodies throw, one of their exceptions is rethrown here. Inside a body it runs on
/// that thread alone.
template <class F>
void parallel_for(std::int64_t count, std::int64_t grain, F body) {
  const auto call = [](void* data, std::int64_t begin, std::int64_t end) {
    (*static_cast<F*>(data))(begin, end);
  };
  detail::parallel_for(count, grain, call, &body);
}

}  // namespace domino
