#include "domino/core/row_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "domino/core/error.h"
#include "domino/core/mask.h"

namespace domino {
namespace {

using testing::ElementsAre;

SharedRowMap map_of(const std::vector<std::int32_t>& row_of, std::int64_t rows) {
  const auto places = static_cast<std::int64_t>(row_of.size());
  return std::make_shared<const RowMap>(Tensor({places}, row_of), rows);
}

TEST(RowMap, NamesTheFirstPlaceOfEachRow) {
  EXPECT_THAT(map_of({1, 0, 1, 3}, 4)->first_places().data<std::int32_t>(),
              ElementsAre(1, 0, -1, 3));
}

TEST(RowMap, RefusesRowsThatThereAreNot) {
  EXPECT_THROW(map_of({0, 2}, 2), ShapeError);
  EXPECT_THROW(map_of({0, -1}, 2), ShapeError);
}

TEST(RowMap, EqualsOneThatSaysTheSame) {
  EXPECT_EQ(*map_of({0, 1, 1}, 2), *map_of({0, 1, 1}, 2));
  EXPECT_FALSE(*map_of({0, 1, 1}, 2) == *map_of({0, 1, 0}, 2));
  EXPECT_FALSE(*map_of({0, 1, 1}, 2) == *map_of({0, 1, 1}, 3));
  EXPECT_FALSE(*map_of({0, 1, 1}, 2) == RowMap(map_of({0, 1, 1}, 2)->indices(), 2, 1));
}

TEST(RowMap, MergedHasARowForEachPairThatIsShown) {
  const MergedMaps merged = merge(*map_of({0, 1, 2, 2, 2}, 3), *map_of({0, 1, 1, 1, 2}, 3));
  EXPECT_EQ(merged.map->rows(), 4);
  EXPECT_THAT(merged.map->row_of(), ElementsAre(0, 1, 2, 2, 3));
  EXPECT_THAT(merged.first.data<std::int32_t>(), ElementsAre(0, 1, 2, 2));
  EXPECT_THAT(merged.second.data<std::int32_t>(), ElementsAre(0, 1, 1, 2));
}

TEST(RowMap, MergedHasOneRowForAllThatNobodySees) {
  const RowMap some(Tensor({5}, std::vector<std::int32_t>{0, 1, 2, 2, 2}), 3, 2);
  const MergedMaps merged = merge(some, *map_of({0, 1, 2, 3, 4}, 5));
  EXPECT_EQ(merged.map->rows(), 3);
  EXPECT_EQ(merged.map->unseen(), 2);
  EXPECT_THAT(merged.map->row_of(), ElementsAre(0, 1, 2, 2, 2));
  EXPECT_THAT(merge(*map_of({0, 1, 2, 3, 4}, 5), some).map->row_of(), ElementsAre(0, 1, 2, 2, 2));
}

TEST(RowMap, LearnsFromAnotherWhichRowNobodySees) {
  const RowMap by(Tensor({5}, std::vector<std::int32_t>{0, 1, 3, 2, 3}), 4, 3);
  const SharedRowMap words = with_unseen_of(*map_of({1, 1, 0, 2, 0}, 3), by);
  ASSERT_NE(words, nullptr);
  EXPECT_EQ(words->unseen(), 0);
  EXPECT_THAT(words->row_of(), ElementsAre(1, 1, 0, 2, 0));
  EXPECT_EQ(with_unseen_of(*map_of({1, 0, 0, 2, 0}, 3), by), nullptr) << "seen at place 1";
  EXPECT_EQ(with_unseen_of(*map_of({1, 1, 0, 2, 2}, 3), by), nullptr) << "two rows";
  EXPECT_EQ(with_unseen_of(by, *map_of({1, 1, 0, 2, 0}, 3)), nullptr) << "all are seen";
}

TEST(RowMap, OfAMaskHasOneRowForAllMaskedSteps) {
  const Mask mask({3, 3}, {1, 0, 1, 0, 0, 0, 0, 1, 1});
  EXPECT_EQ(mask.row_map()->rows(), 5);
  EXPECT_THAT(mask.row_map()->row_of(), ElementsAre(0, 4, 1, 4, 4, 4, 4, 2, 3));
  EXPECT_EQ(mask.row_map(), mask.row_map());
  EXPECT_THAT(mask.row_map(Masked::UnseenUnlessEmpty)->row_of(),
              ElementsAre(0, 7, 1, 2, 3, 4, 7, 5, 6));
  EXPECT_EQ(Mask({2, 2}, {1, 1, 1, 1}).row_map(), nullptr);
}

Tensor rows() { return {{3, 2}, {1, 2, 3, 4, 5, 6}}; }

TEST(PackedTensor, ReadsLikeAnyOther) {
  const Tensor x = Tensor::packed(rows(), map_of({0, 2, 2, 1}, 3), {2, 2, 2});
  EXPECT_EQ(x.shape(), (Shape{2, 2, 2}));
  EXPECT_EQ(x.mapped_axes(), 2);
  EXPECT_EQ(x.device(), Device::Host);
  EXPECT_THAT(x.data<float>(), ElementsAre(1, 2, 5, 6, 5, 6, 3, 4));
  EXPECT_EQ(x.item({1, 1, 0}), 3);
  EXPECT_TRUE(equal(x, Tensor({2, 2, 2}, {1, 2, 5, 6, 5, 6, 3, 4})));
}

TEST(PackedTensor, IsReadByManyThreads) {
  const Tensor x = Tensor::packed(rows(), map_of({0, 2, 2, 1}, 3), {2, 2, 2});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(x.data<float>()[3], 6); });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(PackedTensor, IsSeenWithOtherSizes) {
  const Tensor x = Tensor::packed(rows(), map_of({0, 2, 2, 1}, 3), {2, 2, 2});
  const Tensor joined = x.viewed_as({4, 2});
  EXPECT_TRUE(joined.is_packed());
  EXPECT_EQ(joined.mapped_axes(), 1);
  const Tensor wide = x.viewed_as({2, 2, 1, 2});
  EXPECT_TRUE(wide.is_packed());
  EXPECT_EQ(wide.mapped_axes(), 2);
  const Tensor other = x.viewed_as({8});
  EXPECT_FALSE(other.is_packed());
  EXPECT_THAT(other.data<float>(), ElementsAre(1, 2, 5, 6, 5, 6, 3, 4));
}

TEST(PackedTensor, FitsItsMap) {
  EXPECT_THROW(Tensor::packed(rows(), map_of({0, 1}, 2), {2, 2}), ShapeError);
  EXPECT_THROW(Tensor::packed(rows(), map_of({0, 1}, 3), {3, 2}), ShapeError);
}

}  // namespace
}  // namespace domino
