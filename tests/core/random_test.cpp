#include "domino/core/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <thread>
#include <vector>

namespace domino {
namespace {

struct Moments {
  double mean = 0;
  double stddev = 0;
  double kurtosis = 0;
};

Moments moments_of(const std::vector<double>& draws) {
  const auto count = static_cast<double>(draws.size());
  Moments result;
  for (const double x : draws) result.mean += x / count;
  double second = 0;
  double fourth = 0;
  for (const double x : draws) {
    const double square = (x - result.mean) * (x - result.mean);
    second += square / count;
    fourth += square * square / count;
  }
  result.stddev = std::sqrt(second);
  result.kurtosis = fourth / (second * second);
  return result;
}

std::vector<double> draw(const std::function<double()>& next) {
  std::vector<double> draws(200'000);
  for (double& x : draws) x = next();
  return draws;
}

TEST(RandomTest, SameSeedSameNumbers) {
  Random a(7);
  Random b(7);
  Random other(8);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(a.next(), b.next());
    EXPECT_EQ(a.normal(), b.normal());
  }
  EXPECT_NE(Random(7).next(), other.next());
}

TEST(RandomTest, IsXoshiro256PlusPlus) {
  // Of the generator's published C code, its state filled by SplitMix64 from 0.
  Random random(0);
  EXPECT_EQ(random.next(), 0x53175D61490B23DFU);
  EXPECT_EQ(random.next(), 0x61DA6F3DC380D507U);
  EXPECT_EQ(random.next(), 0x5C0FDF91EC9A7BFCU);
}

TEST(RandomTest, NumbersAreTheSameEverywhere) {
  Random random(42);
  EXPECT_EQ(random.uniform(-1, 1), 0x1.41d9353d11d9ap-1);
  EXPECT_EQ(random.normal(), 0x1.51a25efe6582ep-1);
  EXPECT_EQ(random.normal(3, 0.5), 0x1.8efd3fd87306dp+1);
  EXPECT_EQ(random.truncated_normal(0, 0.05), 0x1.7e95f8b9751d6p-6);
}

TEST(RandomTest, UniformStaysInsideAndSpreads) {
  Random random(1);
  const std::vector<double> draws = draw([&] { return random.uniform(-2, 6); });
  for (const double x : draws) ASSERT_TRUE(x >= -2 && x <= 6);
  const Moments moments = moments_of(draws);
  EXPECT_NEAR(moments.mean, 2, 0.02);
  EXPECT_NEAR(moments.stddev, 8 / std::sqrt(12), 0.01);
  EXPECT_NEAR(moments.kurtosis, 1.8, 0.01);
  EXPECT_EQ(random.uniform(3, 3), 3);
}

TEST(RandomTest, NormalHasItsMoments) {
  Random random(2);
  const Moments moments = moments_of(draw([&] { return random.normal(5, 3); }));
  EXPECT_NEAR(moments.mean, 5, 0.03);
  EXPECT_NEAR(moments.stddev, 3, 0.02);
  EXPECT_NEAR(moments.kurtosis, 3, 0.05);
  EXPECT_EQ(random.normal(4, 0), 4);
}

TEST(RandomTest, NormalFillsItsTails) {
  Random random(3);
  int beyond = 0;
  for (const double x : draw([&] { return random.normal(); })) beyond += std::fabs(x) > 3 ? 1 : 0;
  EXPECT_NEAR(beyond, 540, 80);  // 0.27 % of 200,000
}

TEST(RandomTest, TruncatedNormalEndsAtTwoSigma) {
  Random random(4);
  const std::vector<double> draws = draw([&] { return random.truncated_normal(1, 0.5); });
  for (const double x : draws) ASSERT_LE(std::fabs(x - 1), 1.0);
  const Moments moments = moments_of(draws);
  EXPECT_NEAR(moments.mean, 1, 0.005);
  EXPECT_NEAR(moments.stddev, 0.5 * 0.8796, 0.003);  // Keras' initializers divide by this
}

TEST(RandomTest, SetRandomSeedRepeatsTheSeeds) {
  set_random_seed(11);
  const std::uint64_t first = next_seed();
  const std::uint64_t second = next_seed();
  EXPECT_NE(first, second);
  set_random_seed(11);
  EXPECT_EQ(next_seed(), first);
  EXPECT_EQ(next_seed(), second);
  set_random_seed(12);
  EXPECT_NE(next_seed(), first);
}

TEST(RandomTest, ThreadsGetDifferentSeeds) {
  std::vector<std::vector<std::uint64_t>> drawn(4, std::vector<std::uint64_t>(500));
  {
    std::vector<std::jthread> threads;
    for (auto& mine : drawn) {
      threads.emplace_back([&mine] {
        for (auto& seed : mine) seed = next_seed();
      });
    }
  }
  std::set<std::uint64_t> all;
  for (const auto& mine : drawn) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 2000U);
}

}  // namespace
}  // namespace domino
