#include "domino/backends/cuda/kernel.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "tests/backends/cuda_on_cpu/thread_order.h"

namespace domino::cuda {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

class KernelTest : public InEitherOrder {};

INSTANTIATE_TEST_SUITE_P(, KernelTest, ::testing::Bool(),
                         [](const auto& info) { return name_of_order(info.param); });

/// Each block adds its part of `numbers` up in block memory, in as many steps as its threads need.
struct AddInBlock {
  static constexpr int kWidth = 8;
  struct Shared {
    int partial[kWidth];
  };
  using Local = Nothing;
  const int* numbers;
  int* sums;

  int phases(std::int64_t) const { return 5; }
  void phase(int phase, const Place& at, Local&, Shared& shared) const {
    const int left = kWidth >> phase;
    if (phase == 0) {
      shared.partial[at.thread] = numbers[at.index()];
    } else if (at.thread < left) {
      shared.partial[at.thread] += shared.partial[at.thread + left];
    } else if (phase == 4 && at.thread == 0) {
      sums[at.block] = shared.partial[0];
    }
  }
};

TEST_P(KernelTest, ThreadsOfABlockMeetBetweenPhases) {
  std::vector<int> numbers(16);
  std::iota(numbers.begin(), numbers.end(), 1);
  std::vector<int> sums(2);
  launch(AddInBlock{numbers.data(), sums.data()}, 2, AddInBlock::kWidth);
  EXPECT_THAT(sums, ElementsAre(36, 100));
}

/// Threads keep a number of their own across as many phases as the number of their block.
struct CountPhases {
  using Shared = Nothing;
  struct Local {
    int seen;
  };
  int* counts;

  int phases(std::int64_t block) const { return static_cast<int>(block) + 1; }
  void phase(int phase, const Place& at, Local& local, Shared&) const {
    if (phase == 0) local.seen = 0;
    counts[at.index()] = ++local.seen;
  }
};

TEST_P(KernelTest, PhasesMayDependOnTheBlock) {
  std::vector<int> counts(6);
  launch(CountPhases{counts.data()}, 3, 2);
  EXPECT_THAT(counts, ElementsAre(1, 1, 2, 2, 3, 3));
}

/// Copies what is in memory that nobody has set.
struct ReadUnset {
  struct Shared {
    float number;
  };
  struct Local {
    float number;
  };
  float* seen;

  int phases(std::int64_t) const { return 1; }
  void phase(int, const Place&, Local& local, Shared& shared) const {
    seen[0] = shared.number;
    seen[1] = local.number;
  }
};

TEST(Kernels, MemoryIsGarbageAtFirst) {
  float seen[2] = {};
  launch(ReadUnset{seen}, 1, 1);
  EXPECT_TRUE(std::isnan(seen[0]));
  EXPECT_TRUE(std::isnan(seen[1]));
}

struct AddOne {
  int* counts;
  void operator()(std::int64_t i) const { ++counts[i]; }
};

TEST_P(KernelTest, EachIndexIsVisitedOnce) {
  std::vector<int> counts(2 * kThreads + 1);
  for_each_index(static_cast<std::int64_t>(counts.size()), AddOne{counts.data()});
  EXPECT_THAT(counts, Each(1));
}

TEST(Kernels, NothingIsLaunchedForNoIndex) { for_each_index(0, AddOne{nullptr}); }

TEST(Kernels, TooManyBlocksAreRefused) {
  EXPECT_THAT([] { for_each_index(std::int64_t{1} << 50, AddOne{nullptr}); },
              Throws<DeviceError>(Property(&Error::message, HasSubstr("a tensor is too large"))));
}

}  // namespace
}  // namespace domino::cuda
