#include "domino/backends/plans/kept.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/backends/values.h"

namespace domino::plans {
namespace {

using conformance::bools;
using conformance::ints;

TEST(KeptTest, IsMadeOncePerKey) {
  const Tensor mask = bools({2, 2}, {true, false, true, true});
  int made = 0;
  const auto make = [&] { return ++made; };
  EXPECT_EQ(*kept(beside(mask), "a", make), 1);
  EXPECT_EQ(*kept(beside(mask), "a", make), 1);
  EXPECT_EQ(*kept(beside(mask), "b", make), 2);
  EXPECT_EQ(*kept(beside(mask.viewed_as({4})), "a", make), 1);
}

TEST(KeptTest, NothingIsKeptBesideNothing) {
  int made = 0;
  const auto make = [&] { return ++made; };
  EXPECT_EQ(*kept(beside(Tensor()), "a", make), 1);
  EXPECT_EQ(*kept(beside(SharedRowMap()), "a", make), 2);
}

TEST(KeptTest, OnlyTheLastFewAre) {
  const Tensor mask = bools({1}, {true});
  const auto first = kept(beside(mask), "first", [] { return 1; });
  for (int i = 0; i < 100; ++i) kept(beside(mask), std::to_string(i), [] { return 2; });
  EXPECT_EQ(first.use_count(), 1);
}

TEST(KeptTest, GoesWithTheMask) {
  std::weak_ptr<const int> seen;
  {
    const Tensor mask = bools({1}, {true});
    seen = kept(beside(mask), "a", [] { return 1; });
    EXPECT_FALSE(seen.expired());
  }
  EXPECT_TRUE(seen.expired());
}

TEST(KeptTest, IdentitiesAreThoseOfPlacesAndNumbers) {
  const Tensor x = ints({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(identity(x), identity(x.viewed_as({2, 2})));
  EXPECT_NE(identity(x), identity(x.viewed_as({4})));
  EXPECT_NE(identity(x), identity(ints({2, 2}, {1, 2, 3, 4})));
  const Tensor places = ints({4}, {0, 1, 1, 1});
  EXPECT_EQ(identity(RowMap(places, 2)), identity(RowMap(places, 2)));
  EXPECT_NE(identity(RowMap(places, 2)), identity(RowMap(places, 2, 1)));
  EXPECT_NE(identity(RowMap(places, 2)), identity(RowMap(places, 3)));
}

}  // namespace
}  // namespace domino::plans
