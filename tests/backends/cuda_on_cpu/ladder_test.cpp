#include "domino/backends/cuda/ladder.h"

#include <gtest/gtest.h>

#include <set>

namespace domino::cuda {
namespace {

TEST(Ladder, HasFourRungsBetweenTwoPowersOfTwo) {
  std::set<std::int64_t> rungs;
  for (std::int64_t rows = 1; rows <= 4096; ++rows) {
    const std::int64_t rung = rung_of(rows);
    EXPECT_GE(rung, rows);
    EXPECT_LT(4 * rung, 5 * rows) << rows;
    EXPECT_EQ(rung_of(rung), rung);
    if (rows > 1024 && rows <= 2048) rungs.insert(rung);
  }
  EXPECT_EQ(rungs, (std::set<std::int64_t>{1280, 1536, 1792, 2048}));
}

TEST(Ladder, LeavesFewRowsAsTheyAre) {
  for (std::int64_t rows = 1; rows <= 8; ++rows) EXPECT_EQ(rung_of(rows), rows);
}

}  // namespace
}  // namespace domino::cuda
