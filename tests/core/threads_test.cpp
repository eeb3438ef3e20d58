#include "domino/core/threads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "domino/core/error.h"

extern "C" int omp_get_max_threads();

namespace domino {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

using Range = std::pair<std::int64_t, std::int64_t>;

// Under the thread sanitizer all work stays on the calling thread.
bool parallel() {
  const ThreadScope scope(2);
  return thread_count() == 2;
}

std::vector<Range> ranges_of(std::int64_t count, std::int64_t grain, int threads) {
  const ThreadScope scope(threads);
  std::mutex mutex;
  std::vector<Range> ranges;
  parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
    const std::lock_guard lock(mutex);
    ranges.emplace_back(begin, end);
  });
  std::sort(ranges.begin(), ranges.end());
  return ranges;
}

TEST(ParallelForTest, CoversEverythingOnce) {
  for (const std::int64_t count : {1, 2, 3, 7, 64, 1001}) {
    for (const int threads : {1, 2, 3, 8}) {
      std::int64_t next = 0;
      for (const auto& [begin, end] : ranges_of(count, 1, threads)) {
        EXPECT_EQ(begin, next);
        EXPECT_GT(end, begin);
        next = end;
      }
      EXPECT_EQ(next, count) << threads;
    }
  }
}

TEST(ParallelForTest, CutsEachThreadsPartEvenly) {
  if (!parallel()) GTEST_SKIP() << "serial under the thread sanitizer";
  EXPECT_THAT(ranges_of(3, 1, 8), ElementsAre(Pair(0, 1), Pair(1, 2), Pair(2, 3)));
  const std::vector<Range> ranges = ranges_of(20, 1, 2);
  EXPECT_THAT(ranges, SizeIs(16));
  EXPECT_THAT(ranges,
              IsSupersetOf({Pair(0, 2), Pair(2, 4), Pair(4, 5), Pair(9, 10), Pair(10, 12)}));
}

TEST(ParallelForTest, AnotherThreadHasAtLeastAGrain) {
  if (!parallel()) GTEST_SKIP() << "serial under the thread sanitizer";
  EXPECT_THAT(ranges_of(80, 40, 8), SizeIs(16));
  EXPECT_THAT(ranges_of(79, 40, 8), ElementsAre(Pair(0, 79)));
  EXPECT_THAT(ranges_of(4, 0, 2), SizeIs(4));
}

TEST(ParallelForTest, WhoIsDoneEarlyHelpsOthers) {
  if (!parallel()) GTEST_SKIP() << "serial under the thread sanitizer";
  const ThreadScope scope(2);
  std::latch others(15);
  std::atomic<bool> helped = false;
  parallel_for(16, 1, [&](std::int64_t begin, std::int64_t) {
    if (begin > 0) return others.count_down();
    const auto late = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!others.try_wait() && std::chrono::steady_clock::now() < late) std::this_thread::yield();
    helped = others.try_wait();
  });
  EXPECT_TRUE(helped);
}

TEST(ParallelForTest, DoesNothingForNothing) {
  EXPECT_THAT(ranges_of(0, 1, 4), IsEmpty());
  EXPECT_THAT(ranges_of(-5, 1, 4), IsEmpty());
}

TEST(ParallelForTest, SmallWorkStaysOnTheCallingThread) {
  std::thread::id id;
  parallel_for(10, 100, [&](std::int64_t, std::int64_t) { id = std::this_thread::get_id(); });
  EXPECT_EQ(id, std::this_thread::get_id());
}

TEST(ParallelForTest, UsesSeveralThreads) {
  if (!parallel()) GTEST_SKIP() << "serial under the thread sanitizer";
  const ThreadScope scope(3);
  std::mutex mutex;
  std::set<std::thread::id> ids;
  std::latch all(3);  // or a quick thread could do the work of all
  parallel_for(3, 1, [&](std::int64_t, std::int64_t) {
    all.arrive_and_wait();
    const std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  EXPECT_THAT(ids, SizeIs(3));
}

TEST(ParallelForTest, RunsAloneInsideABody) {
  const ThreadScope scope(2);
  std::atomic<int> wrong = 0;
  parallel_for(2, 1, [&](std::int64_t, std::int64_t) {
    if (parallel() && thread_count() != 1) ++wrong;
    const auto outer = std::this_thread::get_id();
    parallel_for(100, 1, [&](std::int64_t begin, std::int64_t end) {
      if (std::this_thread::get_id() != outer || begin != 0 || end != 100) ++wrong;
    });
  });
  EXPECT_EQ(wrong, 0);
}

TEST(ParallelForTest, RethrowsOnTheCallingThread) {
  const ThreadScope scope(4);
  for (const std::int64_t thrower : {0, 3}) {
    const auto work = [&] {
      parallel_for(4, 1, [&](std::int64_t begin, std::int64_t end) {
        if (begin <= thrower && thrower < end) throw ValueError("id 7 is outside");
      });
    };
    EXPECT_THAT(work, ThrowsMessage<ValueError>("id 7 is outside"));
  }
  EXPECT_THROW(
      parallel_for(4, 1, [](std::int64_t, std::int64_t) { throw std::logic_error("all"); }),
      std::logic_error);
  EXPECT_THAT(ranges_of(4, 4, 4), ElementsAre(Pair(0, 4)));  // and the next one works
}

TEST(ParallelForTest, ManyThreadsMayCallIt) {
  std::atomic<std::int64_t> sum = 0;
  {
    std::vector<std::jthread> callers;
    callers.reserve(4);
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] {
        const ThreadScope scope(2);
        for (int round = 0; round < 50; ++round) {
          parallel_for(100, 1, [&](std::int64_t begin, std::int64_t end) { sum += end - begin; });
        }
      });
    }
  }
  EXPECT_EQ(sum, 4 * 50 * 100);
}

TEST(ThreadScopeTest, SetsTheCountForOpenMPTooAndRestoresIt) {
  if (!parallel()) GTEST_SKIP() << "serial under the thread sanitizer";
  const int before = omp_get_max_threads();
  {
    const ThreadScope outer(3);
    EXPECT_EQ(thread_count(), 3);
    EXPECT_EQ(omp_get_max_threads(), 3);
    {
      const ThreadScope inner(5);
      EXPECT_EQ(thread_count(), 5);
      EXPECT_EQ(omp_get_max_threads(), 5);
    }
    EXPECT_EQ(thread_count(), 3);
  }
  EXPECT_EQ(thread_count(), before);
  EXPECT_EQ(omp_get_max_threads(), before);
}

TEST(ThreadScopeTest, ZeroMeansAllCores) {
  EXPECT_GE(core_count(), 1);
  const ThreadScope scope(0);
  EXPECT_EQ(thread_count(), parallel() ? core_count() : 1);
}

TEST(ThreadScopeTest, BelongsToItsThread) {
  if (!parallel()) GTEST_SKIP() << "serial under the thread sanitizer";
  const ThreadScope scope(7);
  int other = 0;
  std::jthread([&] { other = thread_count(); }).join();
  EXPECT_NE(other, 7);
  EXPECT_EQ(thread_count(), 7);
}

TEST(ThreadScopeTest, RefusesCountsThatMeanNothing) {
  const int before = omp_get_max_threads();
  EXPECT_THAT([] { ThreadScope scope(-1); },
              ThrowsMessage<ValueError>(
                  "the thread count must be 0 (all cores) or from 1 to 1024, got -1"));
  EXPECT_THROW(ThreadScope(1025), ValueError);
  EXPECT_EQ(omp_get_max_threads(), before);
}

/// How many of 8 threads hold a pass of `threads` threads at the same time, at most.
int most_at_once(int threads) {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::jthread> callers;
  callers.reserve(8);
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      const ThreadGate::Pass pass(threads);
      const int now = ++inside;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      --inside;
    });
  }
  callers.clear();
  return most;
}

TEST(ThreadGateTest, CountsItsPlaces) {
  EXPECT_EQ(ThreadGate::places(1), core_count());
  EXPECT_EQ(ThreadGate::places(core_count()), 1);
  EXPECT_EQ(ThreadGate::places(0), 1);
  EXPECT_EQ(ThreadGate::places(core_count() + 1), 1);
  EXPECT_EQ(ThreadGate::places(2), std::max(1, core_count() / 2));
}

TEST(ThreadGateTest, AdmitsAsManyAsThereArePlaces) {
  EXPECT_EQ(most_at_once(1), std::min(8, core_count()));
  EXPECT_EQ(most_at_once(0), 1);
  EXPECT_EQ(most_at_once(core_count() + 1), 1);
}

TEST(ThreadGateTest, NestedPassesDoNotWait) {
  const ThreadGate::Pass outer(0);
  const ThreadGate::Pass inner(0);
  const ThreadScope scope(2);
  parallel_for(2, 1, [](std::int64_t, std::int64_t) { const ThreadGate::Pass innermost(1); });
}

TEST(ThreadGateTest, AnEndedPassLeavesItsCores) {
  for (int i = 0; i < 3; ++i) {
    const ThreadGate::Pass outer(0);
    const ThreadGate::Pass inner(0);
  }
  std::jthread([] { const ThreadGate::Pass pass(0); }).join();
  EXPECT_THROW(ThreadGate::Pass(-1), ValueError);
}

}  // namespace
}  // namespace domino
