#include "domino/core/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "domino/core/error.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

TEST(ShapeTest, PrintsAsKeras) {
  EXPECT_EQ(to_string(Shape()), "()");
  EXPECT_EQ(to_string(Shape{3}), "(3,)");
  EXPECT_EQ(to_string(Shape{kAny}), "(None,)");
  EXPECT_EQ(to_string(Shape{kAny, 3, 0}), "(None, 3, 0)");
  std::ostringstream out;
  out << Shape{kAny, 3};
  EXPECT_EQ(out.str(), "(None, 3)");
}

TEST(ShapeTest, CountsAxesFromBothEnds) {
  const Shape shape{4, 5, 6};
  EXPECT_EQ(shape.rank(), 3);
  EXPECT_EQ(shape[0], 4);
  EXPECT_EQ(shape[2], 6);
  EXPECT_EQ(shape[-1], 6);
  EXPECT_EQ(shape[-3], 4);
  EXPECT_EQ(shape.axis(-2), 1);
  EXPECT_EQ(shape.axis(1), 1);
}

TEST(ShapeTest, RefusesAxesThatDoNotExist) {
  const Shape shape{4, kAny};
  EXPECT_THAT(
      [&] { shape[2]; },
      ThrowsMessage<ShapeError>("axis 2 does not exist in shape (4, None); axes run from -2 to 1"));
  EXPECT_THAT([&] { shape.axis(-3); },
              ThrowsMessage<ShapeError>(
                  "axis -3 does not exist in shape (4, None); axes run from -2 to 1"));
  EXPECT_THROW(Shape()[0], ShapeError);
  EXPECT_THROW(shape.with(2, 1), ShapeError);
  EXPECT_THROW(shape.without(-3), ShapeError);
}

TEST(ShapeTest, CountsElements) {
  EXPECT_EQ(Shape().elements(), 1);
  EXPECT_EQ((Shape{2, 3, 4}.elements()), 24);
  EXPECT_EQ((Shape{2, 0, 4}.elements()), 0);
}

TEST(ShapeTest, RefusesToCountUnknownOrEndlessElements) {
  EXPECT_THAT(
      [] {
        Shape({kAny, 3}).elements();
      },
      ThrowsMessage<ShapeError>("shape (None, 3) has no number of elements: every size "
                                "must be known and at least 0"));
  EXPECT_THAT(
      [] {
        Shape({2, -7}).elements();
      },
      ThrowsMessage<ShapeError>("shape (2, -7) has no number of elements: every size must "
                                "be known and at least 0"));
  EXPECT_THAT(
      [] {
        Shape({std::int64_t{1} << 40, std::int64_t{1} << 40}).elements();
      },
      ThrowsMessage<ShapeError>("shape (1099511627776, 1099511627776) has more elements "
                                "than 64 bits can count"));
}

TEST(ShapeTest, KnowsWhetherAllSizesAreKnown) {
  EXPECT_TRUE(Shape().known());
  EXPECT_TRUE((Shape{0, 3}.known()));
  EXPECT_FALSE((Shape{0, kAny}.known()));
}

TEST(ShapeTest, MakesChangedCopies) {
  const Shape shape{4, 5, 6};
  EXPECT_EQ(shape.with(-1, kAny), (Shape{4, 5, kAny}));
  EXPECT_EQ(shape.inserted(0, 1), (Shape{1, 4, 5, 6}));
  EXPECT_EQ(shape.inserted(3, 1), (Shape{4, 5, 6, 1}));
  EXPECT_EQ(shape.without(-2), (Shape{4, 6}));
  EXPECT_THAT(shape.sizes(), ElementsAre(4, 5, 6));
  EXPECT_THAT([&] { shape.inserted(4, 1); },
              ThrowsMessage<ShapeError>("cannot put an axis at 4 into shape (4, 5, 6)"));
  EXPECT_THROW(shape.inserted(-1, 1), ShapeError);
}

TEST(ShapeTest, BroadcastsAsNumPy) {
  EXPECT_EQ(broadcast({}, {}), Shape());
  EXPECT_EQ(broadcast({2, 3}, {}), (Shape{2, 3}));
  EXPECT_EQ(broadcast({3}, {2, 1}), (Shape{2, 3}));
  EXPECT_EQ(broadcast({2, 1, 4}, {5, 1}), (Shape{2, 5, 4}));
  EXPECT_EQ(broadcast({0, 3}, {1, 3}), (Shape{0, 3}));
}

TEST(ShapeTest, BroadcastsAnUnknownSizeWithEvery) {
  EXPECT_EQ(broadcast({kAny, 3}, {kAny, 1}), (Shape{kAny, 3}));
  EXPECT_EQ(broadcast({kAny, 3}, {1, kAny}), (Shape{kAny, 3}));
  EXPECT_EQ(broadcast({7, 1}, {kAny, kAny}), (Shape{7, kAny}));
}

TEST(ShapeTest, SaysWhetherShapesBroadcast) {
  EXPECT_TRUE(broadcasts({2, 1}, {3}));
  EXPECT_TRUE(broadcasts({kAny, 3}, {2, 3}));
  EXPECT_FALSE(broadcasts({2, 3}, {2}));
  EXPECT_TRUE(broadcasts_to({1, 3}, {2, 4, 3}));
  EXPECT_TRUE(broadcasts_to({}, {2}));
  EXPECT_FALSE(broadcasts_to({2, 3}, {1, 3}));
  EXPECT_FALSE(broadcasts_to({2, 3}, {3}));
}

TEST(ShapeTest, RefusesShapesThatDoNotBroadcast) {
  EXPECT_THAT(
      [] {
        broadcast({2, 3}, {4, 3});
      },
      ThrowsMessage<ShapeError>("shapes (2, 3) and (4, 3) do not broadcast: at axis 2 from "
                                "the end 2 meets 4, and sizes must be equal or 1"));
  EXPECT_THROW(broadcast({0}, {2}), ShapeError);
}

}  // namespace
}  // namespace domino
