#include "domino/core/mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "domino/core/error.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

MaskKind kind_of(Shape shape, std::initializer_list<int> values) {
  return Mask(std::move(shape), values).structure().kind;
}

TEST(MaskTest, IsBoolWhenMadeOfNumbers) {
  const Mask mask({1, 3}, {1, 0, 7});
  EXPECT_EQ(mask.dtype(), DType::Bool);
  EXPECT_EQ(mask.shape(), (Shape{1, 3}));
  EXPECT_THAT(mask.tensor().data<bool>(), ElementsAre(true, false, true));
}

TEST(MaskTest, RightPadded) {
  const MaskStructure found = Mask({2, 3}, {1, 1, 0, 1, 1, 1}).structure();
  EXPECT_EQ(found.kind, MaskKind::RightPadded);
  EXPECT_EQ(found.valid, 5);
  EXPECT_THAT(found.counts, ElementsAre(2, 3));
  EXPECT_THAT(found.offsets, ElementsAre(0, 2, 5));
  EXPECT_THAT(found.positions, ElementsAre(0, 1, 0, 1, 2));
}

TEST(MaskTest, LeftPadded) {
  const MaskStructure found = Mask({2, 3}, {0, 0, 1, 1, 1, 1}).structure();
  EXPECT_EQ(found.kind, MaskKind::LeftPadded);
  EXPECT_EQ(found.valid, 4);
  EXPECT_THAT(found.counts, ElementsAre(1, 3));
  EXPECT_THAT(found.offsets, ElementsAre(0, 1, 4));
  EXPECT_THAT(found.positions, ElementsAre(2, 0, 1, 2));
}

TEST(MaskTest, Holes) {
  const MaskStructure found = Mask({2, 4}, {1, 0, 0, 1, 0, 1, 1, 0}).structure();
  EXPECT_EQ(found.kind, MaskKind::Holes);
  EXPECT_EQ(found.valid, 4);
  EXPECT_THAT(found.positions, ElementsAre(0, 3, 1, 2));
}

TEST(MaskTest, RowsPaddedOnBothSidesAreHoles) {
  EXPECT_EQ(kind_of({2, 2}, {1, 0, 0, 1}), MaskKind::Holes);
  EXPECT_EQ(kind_of({1, 3}, {0, 1, 0}), MaskKind::Holes);
}

TEST(MaskTest, AllValid) {
  const MaskStructure found = Mask({2, 2}, {1, 1, 1, 1}).structure();
  EXPECT_EQ(found.kind, MaskKind::AllValid);
  EXPECT_EQ(found.valid, 4);
  EXPECT_THAT(found.offsets, ElementsAre(0, 2, 4));
}

TEST(MaskTest, EmptyRowsFitEveryKind) {
  EXPECT_EQ(kind_of({2, 2}, {0, 0, 1, 0}), MaskKind::RightPadded);
  EXPECT_EQ(kind_of({2, 2}, {0, 1, 0, 0}), MaskKind::LeftPadded);
  EXPECT_EQ(kind_of({2, 3}, {1, 0, 1, 0, 0, 0}), MaskKind::Holes);
  EXPECT_EQ(kind_of({2, 2}, {1, 1, 0, 0}), MaskKind::RightPadded);
  const MaskStructure nothing = Mask({2, 2}, {0, 0, 0, 0}).structure();
  EXPECT_EQ(nothing.kind, MaskKind::RightPadded);
  EXPECT_EQ(nothing.valid, 0);
  EXPECT_THAT(nothing.counts, ElementsAre(0, 0));
  EXPECT_THAT(nothing.offsets, ElementsAre(0, 0, 0));
  EXPECT_THAT(nothing.positions, IsEmpty());
}

TEST(MaskTest, NoSteps) {
  const MaskStructure found = Mask({2, 0}, {}).structure();
  EXPECT_EQ(found.kind, MaskKind::AllValid);
  EXPECT_EQ(found.valid, 0);
  EXPECT_THAT(found.counts, ElementsAre(0, 0));
  EXPECT_THAT(found.offsets, ElementsAre(0, 0, 0));
}

TEST(MaskTest, NoRows) {
  const MaskStructure found = Mask({0, 3}, {}).structure();
  EXPECT_EQ(found.kind, MaskKind::AllValid);
  EXPECT_EQ(found.valid, 0);
  EXPECT_THAT(found.counts, IsEmpty());
  EXPECT_THAT(found.offsets, ElementsAre(0));
}

template <class T>
std::vector<std::int32_t> kept(const std::vector<T>& values) {
  const auto steps = static_cast<std::int64_t>(values.size());
  return Mask(Tensor({1, steps}, values)).structure().positions;
}

TEST(MaskTest, NonzeroKeepsInEveryDtype) {
  EXPECT_THAT(kept<float>({0, 0.25F, -0.0F, -3}), ElementsAre(1, 3));
  EXPECT_THAT(kept<float>({0, std::numeric_limits<float>::quiet_NaN()}), ElementsAre(1));
  EXPECT_THAT(kept<double>({1e-300, 0}), ElementsAre(0));
  EXPECT_THAT(kept<Float16>({to_float16(0), to_float16(-0.0F), to_float16(1e-7F)}), ElementsAre(2));
  EXPECT_THAT(kept<BFloat16>({to_bfloat16(1), to_bfloat16(-0.0F)}), ElementsAre(0));
  EXPECT_THAT(kept<std::int32_t>({0, 256, -1}), ElementsAre(1, 2));
  EXPECT_THAT(kept<std::int64_t>({std::int64_t{1} << 40, 0}), ElementsAre(0));
  EXPECT_THAT(kept<std::uint8_t>({0, 255}), ElementsAre(1));
}

TEST(MaskTest, OnlyStepsHaveAStructure) {
  EXPECT_THAT(
      [] {
        Mask({2}, {1, 0}).structure();
      },
      ThrowsMessage<MaskError>("only a (batch, steps) mask has a structure, got (2,)"));
  EXPECT_THAT(
      [] {
        Mask({1, 2, 1}, {1, 0}).structure();
      },
      ThrowsMessage<MaskError>("only a (batch, steps) mask has a structure, got (1, 2, 1)"));
}

TEST(MaskTest, MetaMasksHaveNoStructure) {
  const Mask mask(Tensor::meta({2, 3}, DType::Bool, {}));
  EXPECT_THROW(mask.structure(), DeviceError);
  EXPECT_THROW(mask.structure(), DeviceError);  // and again, not a half-made one
}

TEST(MaskTest, RefusesStringsAndNothing) {
  EXPECT_THAT([] { Mask(Tensor({1}, std::vector<std::string>{"a"})); },
              ThrowsMessage<MaskError>("a mask of strings; masks are numbers"));
  EXPECT_THROW(Mask(Tensor{}), ValueError);
}

TEST(MaskTest, EqualityIsOfBits) {
  const Mask mask({1, 2}, {1, 0});
  EXPECT_EQ(mask, Mask({1, 2}, {5, 0}));
  EXPECT_FALSE(mask == Mask({1, 2}, {1, 1}));
  EXPECT_FALSE(mask == Mask({2, 1}, {1, 0}));
  EXPECT_FALSE(mask == Mask(Tensor({1, 2}, {1, 0})));  // float32
  EXPECT_EQ(Mask(Tensor::meta({2}, DType::Bool, {1, 2})),
            Mask(Tensor::meta({2}, DType::Bool, {1, 2})));
  EXPECT_FALSE(Mask(Tensor::meta({2}, DType::Bool, {1, 2})) ==
               Mask(Tensor::meta({2}, DType::Bool, {1, 1})));
}

TEST(MaskTest, MaskOfAMaskedTensorIsPlain) {
  const Mask mask(Tensor({1, 2}, {1, 0}).with_mask(Mask({1, 2}, {1, 1})));
  EXPECT_FALSE(mask.tensor().mask().has_value());
}

TEST(MaskTest, ManyThreadsMayAskForTheStructure) {
  const Mask mask({1, 3}, {1, 1, 0});
  const MaskStructure* seen[4] = {};
  {
    std::vector<std::jthread> threads;
    for (auto& slot : seen) threads.emplace_back([&] { slot = &mask.structure(); });
  }
  for (const auto* structure : seen) EXPECT_EQ(structure, seen[0]);
  EXPECT_EQ(seen[0]->valid, 2);
}

TEST(MaskTest, NamesKinds) {
  EXPECT_EQ(name_of(MaskKind::AllValid), "all valid");
  EXPECT_EQ(name_of(MaskKind::RightPadded), "right padded");
  EXPECT_EQ(name_of(MaskKind::LeftPadded), "left padded");
  EXPECT_EQ(name_of(MaskKind::Holes), "holes");
}

}  // namespace
}  // namespace domino
