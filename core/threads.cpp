#include "domino/core/threads.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "domino/core/check.h"

// GNU's OpenMP runtime, the one that oneDNN links. Declared by hand and linked by name: with
// -fopenmp clang would bring a second runtime, and two in one program fight for the cores.
extern "C" {
void GOMP_parallel(void (*body)(void*), void* data, unsigned threads, unsigned flags);
int omp_get_max_threads();
int omp_get_num_threads();
int omp_get_thread_num();
int omp_in_parallel();
void omp_set_num_threads(int threads);
}

namespace domino {
namespace {

// The thread sanitizer does not see libgomp's barriers and would report races that are none.
#if defined(__SANITIZE_THREAD__)
constexpr bool kSerial = true;
#elif defined(__has_feature)
constexpr bool kSerial = __has_feature(thread_sanitizer);
#else
constexpr bool kSerial = false;
#endif

constexpr int kMostThreads = 1024;

int checked_threads(int threads) {
  check<ValueError>(threads >= 0 && threads <= kMostThreads,
                    "the thread count must be 0 (all cores) or from 1 to {}, got {}", kMostThreads,
                    threads);
  return threads == 0 ? core_count() : threads;
}

/// Ranges into which a thread's part is cut: what is left when one thread is done, others take.
constexpr std::int64_t kRangesOfPart = 8;

/// From 0 ... `count`, the `i`th of `parts` even ones; the first have one item more.
std::int64_t cut(std::int64_t count, std::int64_t parts, std::int64_t i) {
  return i * (count / parts) + std::min(i, count % parts);
}

/// The ranges of one thread's part. On a cache line of its own, as each is taken by a count.
struct alignas(64) Part {
  std::int64_t begin;
  std::int64_t end;
  std::atomic<std::int64_t> taken = 0;
};

struct Work {
  Work(detail::RangeBody b, void* d, std::int64_t count, std::int64_t threads)
      : body(b), data(d), parts(static_cast<std::size_t>(threads)) {
    for (std::int64_t i = 0; i < threads; ++i) {
      Part& part = parts[static_cast<std::size_t>(i)];
      part.begin = cut(count, threads, i);
      part.end = cut(count, threads, i + 1);
    }
  }

  void run(Part& part) const {
    const std::int64_t size = part.end - part.begin;
    const std::int64_t ranges = std::min(size, kRangesOfPart);
    // Looked at first, so that those who find nothing left keep out of each other's way.
    while (part.taken.load(std::memory_order_relaxed) < ranges) {
      const std::int64_t i = part.taken.fetch_add(1, std::memory_order_relaxed);
      if (i >= ranges) return;
      body(data, part.begin + cut(size, ranges, i), part.begin + cut(size, ranges, i + 1));
    }
  }

  detail::RangeBody body;
  void* data;
  std::vector<Part> parts;
  std::mutex mutex;
  std::exception_ptr error;
};

/// What one thread of the team does: its own part, then what others have left of theirs.
void run_share(void* argument) {
  Work& work = *static_cast<Work*>(argument);
  try {
    for (std::size_t i = 0; i < work.parts.size(); ++i) {
      work.run(
          work.parts[(static_cast<std::size_t>(omp_get_thread_num()) + i) % work.parts.size()]);
    }
  } catch (...) {
    const std::lock_guard lock(work.mutex);
    if (!work.error) work.error = std::current_exception();
  }
}

/// Free cores, given out in the order of asking.
class Cores {
 public:
  void take(int count) {
    std::unique_lock lock(mutex_);
    const std::uint64_t ticket = next_ticket_++;
    changed_.wait(lock, [&] { return ticket == served_ && free_ >= count; });
    free_ -= count;
    ++served_;
    changed_.notify_all();
  }
  void give_back(int count) {
    const std::lock_guard lock(mutex_);
    free_ += count;
    changed_.notify_all();
  }
  int total() const { return total_; }

 private:
  const int total_ = core_count();
  int free_ = total_;
  std::uint64_t next_ticket_ = 0;
  std::uint64_t served_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
};

Cores& cores() {
  // Never destroyed: calls may still end while the process does.
  static Cores& instance = *new Cores;
  return instance;
}

/// Whether this thread holds cores; then passes nested in that one are free.
thread_local bool holds_cores = false;

}  // namespace

int core_count() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// The setting is OpenMP's own, one for each thread, so oneDNN can never see another.
int thread_count() { return kSerial || omp_in_parallel() != 0 ? 1 : omp_get_max_threads(); }

ThreadScope::ThreadScope(int threads) : before_(omp_get_max_threads()) {
  const int wanted = checked_threads(threads);
  omp_set_num_threads(kSerial ? 1 : wanted);
}

ThreadScope::~ThreadScope() { omp_set_num_threads(before_); }

int ThreadGate::places(int threads) {
  return std::max(1, cores().total() / checked_threads(threads));
}

ThreadGate::Pass::Pass(int threads) : cores_(std::min(checked_threads(threads), cores().total())) {
  // Waiting inside a parallel_for could wait for the very pass it works for.
  if (holds_cores || omp_in_parallel() != 0) cores_ = 0;
  if (cores_ == 0) return;
  cores().take(cores_);
  holds_cores = true;
}

ThreadGate::Pass::~Pass() {
  if (cores_ == 0) return;
  holds_cores = false;
  cores().give_back(cores_);
}

void detail::parallel_for(std::int64_t count, std::int64_t grain, RangeBody body, void* data) {
  if (count <= 0) return;
  const std::int64_t most = count / std::max<std::int64_t>(grain, 1);
  const std::int64_t threads = std::min<std::int64_t>(thread_count(), most);
  if (threads <= 1) return body(data, 0, count);
  Work work(body, data, count, threads);
  GOMP_parallel(run_share, &work, static_cast<unsigned>(threads), 0);
  if (work.error) std::rethrow_exception(work.error);
}

}  // namespace domino
