#include "domino/backends/cuda/ladder.h"

#include <gtest/gtest.h>

#include <set>

namespace domino::cuda {
namespace {

TEST(Ladder, HasFourRungsBetweenTwoPowersOfTwo) {
  std::set<std::int64_t> rungs;
  for (std::int64_t rows = 1; rows <= 4096; ++rows) {
    const std::int64_t rung = rung_of(rows, 4);
    EXPECT_GE(rung, rows);
    EXPECT_LT(4 * rung, 5 * rows) << rows;
    EXPECT_EQ(rung_of(rung, 4), rung);
    if (rows > 1024 && rows <= 2048) rungs.insert(rung);
  }
  EXPECT_EQ(rungs, (std::set<std::int64_t>{1280, 1536, 1792, 2048}));
}

TEST(Ladder, MayHaveFewerRungs) {
  std::set<std::int64_t> rungs;
  for (std::int64_t rows = 17; rows <= 64; ++rows) rungs.insert(rung_of(rows, 2));
  EXPECT_EQ(rungs, (std::set<std::int64_t>{24, 32, 48, 64}));
}

TEST(Ladder, LeavesFewRowsAsTheyAre) {
  for (std::int64_t rows = 1; rows <= 8; ++rows) EXPECT_EQ(rung_of(rows, 4), rows);
}

}  // namespace
}  // namespace domino::cuda
