#include "domino/core/tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "domino/core/error.h"
#include "domino/core/mask.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

/// Memory that says it is on another device.
class FakeStorage final : public Storage {
 public:
  explicit FakeStorage(Device device) : device_(device) {}
  Device device() const override { return device_; }
  std::byte* bytes() override { return bytes_; }

 private:
  Device device_;
  std::byte bytes_[64] = {};
};

TEST(TensorTest, HoldsNumbersOfEveryType) {
  EXPECT_THAT(Tensor({2}, {1.5F, 2}).data<float>(), ElementsAre(1.5F, 2));
  EXPECT_THAT(Tensor({2}, std::vector<double>{1, 2}).data<double>(), ElementsAre(1, 2));
  EXPECT_THAT(Tensor({2}, std::vector<std::int8_t>{-1, 2}).data<std::int8_t>(), ElementsAre(-1, 2));
  EXPECT_THAT(Tensor({2}, std::vector<std::uint64_t>{1, ~0U}).data<std::uint64_t>(),
              ElementsAre(1, ~0U));
  EXPECT_THAT(Tensor({3}, std::vector<bool>{true, false, true}).data<bool>(),
              ElementsAre(true, false, true));
  EXPECT_THAT(Tensor({2}, std::vector<std::string>{"a", ""}).data<std::string>(),
              ElementsAre("a", ""));
  EXPECT_EQ(Tensor({1}, std::vector<BFloat16>{to_bfloat16(3)}).data<BFloat16>()[0].bits, 0x4040);
}

TEST(TensorTest, KnowsItsShapeAndPlace) {
  const Tensor tensor({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(tensor.defined());
  EXPECT_EQ(tensor.shape(), (Shape{2, 3}));
  EXPECT_EQ(tensor.rank(), 2);
  EXPECT_EQ(tensor.size(-1), 3);
  EXPECT_EQ(tensor.elements(), 6);
  EXPECT_EQ(tensor.dtype(), DType::Float32);
  EXPECT_EQ(tensor.device(), Device::Host);
  EXPECT_FALSE(tensor.is_meta());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.data<float>().data()) % 64, 0U);
}

TEST(TensorTest, MayBeEmpty) {
  const Tensor tensor({0, 3}, {});
  EXPECT_EQ(tensor.elements(), 0);
  EXPECT_TRUE(tensor.data<float>().empty());
  EXPECT_TRUE(equal(tensor, Tensor::empty({0, 3}, DType::Float32)));
  EXPECT_FALSE(equal(tensor, Tensor::empty({0, 4}, DType::Float32)));
  EXPECT_TRUE(equal(Tensor::empty({0}, DType::String), Tensor::empty({0}, DType::String)));
}

TEST(TensorTest, RefusesTheWrongNumberOfValues) {
  EXPECT_THAT(
      [] {
        Tensor({2, 2}, {1, 2, 3});
      },
      ThrowsMessage<ShapeError>("a tensor of shape (2, 2) takes 4 values, got 3"));
  EXPECT_THROW(Tensor({kAny}, {1}), ShapeError);
  EXPECT_THAT([] { Tensor::empty({std::int64_t{1} << 62}, DType::Float64); },
              ThrowsMessage<ShapeError>(
                  "4611686018427387904 elements of float64 are more than memory can hold"));
}

TEST(TensorTest, GoesIntoStreams) {
  std::ostringstream out;
  out << Tensor({1, 2}, {1, 2});
  EXPECT_EQ(out.str(), "float32 (1, 2) [[1, 2]]");
}

TEST(TensorTest, RefusesUseBeforeItHasAValue) {
  EXPECT_FALSE(Tensor().defined());
  EXPECT_EQ(to_string(Tensor()), "no tensor");
  EXPECT_THAT([] { Tensor().shape(); },
              ThrowsMessage<ValueError>("a tensor is used that was never given a value"));
  EXPECT_THROW(Tensor().data<float>(), ValueError);
  EXPECT_THROW(Tensor().device(), ValueError);
}

TEST(TensorTest, RefusesReadingAsAnotherType) {
  const Tensor tensor({1}, {1});
  EXPECT_THAT([&] { tensor.data<std::int32_t>(); },
              ThrowsMessage<DTypeError>("a tensor of float32 is read as int32; read it with "
                                        "data<float>(), or convert it first, with ops::cast"));
  const Tensor ids({1}, std::vector<std::int64_t>{1});
  EXPECT_THAT([&] { ids.data<float>(); },
              ThrowsMessage<DTypeError>(::testing::HasSubstr("data<std::int64_t>()")));
}

TEST(TensorTest, RefusesReadingOffTheHost) {
  const auto text = [](const char* device) {
    return std::string("the numbers of a tensor (2, 3) on '") + device +
           "' are read, but only host tensors can be; a layer's call must compute with ops:: verbs";
  };
  EXPECT_THAT(
      [] {
        Tensor::meta({2, 3}, DType::Float32, {}).data<float>();
      },
      ThrowsMessage<DeviceError>(text("meta")));
  const auto guarded = std::make_shared<FakeStorage>(Device::Guarded);
  EXPECT_THAT(
      [&] {
        Tensor::on(guarded, {2, 3}, DType::Float32).data<float>();
      },
      ThrowsMessage<DeviceError>(text("guarded")));
  EXPECT_THROW(Tensor::meta({}, DType::Float32, {}).item(), DeviceError);
}

TEST(TensorTest, GivesItemsAsDoubles) {
  const Tensor tensor({2, 2}, std::vector<std::int64_t>{1, 2, 3, -4});
  EXPECT_EQ(tensor.item({1, 1}), -4);
  EXPECT_EQ(tensor.item({0, 1}), 2);
  EXPECT_EQ(Tensor({}, {7}).item(), 7);
  EXPECT_EQ(Tensor({1, 1}, std::vector<Float16>{to_float16(0.5F)}).item(), 0.5);
  EXPECT_EQ(Tensor({1}, std::vector<bool>{true}).item(), 1);
}

TEST(TensorTest, RefusesItemsThatDoNotExist) {
  const Tensor tensor({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(
      [&] { tensor.item(); },
      ThrowsMessage<ShapeError>("item() without an index needs one element, got shape (2, 2)"));
  EXPECT_THAT([&] { tensor.item({1}); },
              ThrowsMessage<ShapeError>("an index of 1 numbers into shape (2, 2)"));
  EXPECT_THAT(
      [&] {
        tensor.item({0, 2});
      },
      ThrowsMessage<ShapeError>("index 2 is outside axis 1 of shape (2, 2)"));
  EXPECT_THROW(tensor.item({-1, 0}), ShapeError);
  EXPECT_THAT([] { Tensor({1}, std::vector<std::string>{"a"}).item(); },
              ThrowsMessage<DTypeError>("a tensor of strings holds no numbers"));
}

TEST(TensorTest, CopiesShareNumbers) {
  const Tensor tensor({2}, {1, 2});
  const Tensor copy = tensor;  // NOLINT(performance-unnecessary-copy-initialization): the point
  EXPECT_TRUE(copy.same_object(tensor));
  EXPECT_EQ(copy.data<float>().data(), tensor.data<float>().data());
  EXPECT_FALSE(Tensor({2}, {1, 2}).same_object(tensor));
}

TEST(TensorTest, ComparesBits) {
  const Tensor tensor({2}, {1, 2});
  EXPECT_TRUE(equal(tensor, Tensor({2}, {1, 2})));
  EXPECT_FALSE(equal(tensor, Tensor({2}, {1, 3})));
  EXPECT_FALSE(equal(tensor, Tensor({1, 2}, {1, 2})));
  EXPECT_FALSE(equal(tensor, Tensor({2}, std::vector<double>{1, 2})));
  EXPECT_FALSE(equal(tensor, Tensor::meta({2}, DType::Float32, {})));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(equal(Tensor({1}, {nan}), Tensor({1}, {nan})));
  EXPECT_FALSE(equal(Tensor({1}, {0.0F}), Tensor({1}, {-0.0F})));
  EXPECT_TRUE(equal(Tensor({1}, std::vector<std::string>{"ab"}),
                    Tensor({1}, std::vector<std::string>{"ab"})));
  EXPECT_FALSE(equal(Tensor({1}, std::vector<std::string>{"ab"}),
                     Tensor({1}, std::vector<std::string>{"ac"})));
}

TEST(TensorTest, ComparesMetaByValueNumber) {
  const Tensor a = Tensor::meta({2}, DType::Bool, {1, 2});
  EXPECT_TRUE(a.is_meta());
  EXPECT_EQ(a.value_number(), (ValueNumber{1, 2}));
  EXPECT_TRUE(equal(a, Tensor::meta({2}, DType::Bool, {1, 2})));
  EXPECT_FALSE(equal(a, Tensor::meta({2}, DType::Bool, {1, 3})));
}

TEST(TensorTest, HostValueNumbersSayWhereTheNumbersLie) {
  const Tensor tensor({2}, {1, 2});
  EXPECT_EQ(tensor.value_number(), Tensor(tensor).value_number());
  EXPECT_NE(tensor.value_number(), Tensor({2}, {1, 2}).value_number());
  EXPECT_NE(tensor.value_number(), tensor.viewed_as({1, 2}).value_number());
}

TEST(TensorTest, CarriesAMask) {
  const Tensor plain({1, 2}, {1, 2});
  const Tensor masked = plain.with_mask(Mask({1, 2}, {1, 0}));
  EXPECT_FALSE(plain.mask().has_value());
  ASSERT_TRUE(masked.mask().has_value());
  EXPECT_EQ(*masked.mask(), Mask({1, 2}, {1, 0}));
  EXPECT_TRUE(masked.same_object(plain));
  EXPECT_TRUE(equal(masked, plain));
  EXPECT_FALSE(masked.without_mask().mask().has_value());
  EXPECT_FALSE(masked.with_mask(std::nullopt).mask().has_value());
}

TEST(TensorTest, ViewsShareNumbersAndLeaveTheMask) {
  const Tensor tensor = Tensor({2, 3}, {1, 2, 3, 4, 5, 6}).with_mask(Mask({2}, {1, 0}));
  const Tensor view = tensor.viewed_as({3, 2});
  EXPECT_EQ(view.data<float>().data(), tensor.data<float>().data());
  EXPECT_EQ(view.item({2, 0}), 5);
  EXPECT_FALSE(view.mask().has_value());
  EXPECT_FALSE(view.same_object(tensor));
  EXPECT_THAT(
      [&] { tensor.viewed_as({4}); },
      ThrowsMessage<ShapeError>("a tensor of shape (2, 3) has 6 elements, not the 4 of (4,)"));
  const Tensor meta = Tensor::meta({6}, DType::Int8, {1, 1}).viewed_as({2, 3}, {5, 6});
  EXPECT_EQ(meta.value_number(), (ValueNumber{5, 6}));
  EXPECT_EQ(meta.dtype(), DType::Int8);
}

TEST(TensorTest, KeepsAttachments) {
  const Tensor weight({1}, {1});
  int made = 0;
  const auto make = [&] {
    ++made;
    return std::make_shared<int>(made);
  };
  const auto first = weight.storage()->attachment("packed", make);
  EXPECT_EQ(weight.storage()->attachment("packed", make), first);
  EXPECT_EQ(made, 1);
  EXPECT_NE(weight.storage()->attachment("other", make), first);
  EXPECT_EQ(made, 2);
}

TEST(TensorTest, Prints) {
  EXPECT_EQ(to_string(Tensor({2, 3}, {1, 2.5, 3, 4, 5, 6})),
            "float32 (2, 3) [[1, 2.5, 3], [4, 5, 6]]");
  EXPECT_EQ(to_string(Tensor({}, {0.1F})), "float32 () 0.1");
  EXPECT_EQ(to_string(Tensor({2, 0}, {})), "float32 (2, 0) [[], []]");
  EXPECT_EQ(to_string(Tensor({2}, std::vector<std::int8_t>{65, -1})), "int8 (2,) [65, -1]");
  EXPECT_EQ(to_string(Tensor({2}, std::vector<bool>{true, false})), "bool (2,) [true, false]");
  EXPECT_EQ(to_string(Tensor({1}, std::vector<std::string>{"hi"})), "string (1,) [\"hi\"]");
  EXPECT_EQ(to_string(Tensor({1}, std::vector<Float16>{to_float16(0.5F)})), "float16 (1,) [0.5]");
  EXPECT_EQ(to_string(Tensor::meta({2, 3}, DType::Int32, {})), "int32 (2, 3) on meta");
}

TEST(TensorTest, PrintsTheBeginningOfLongAxes) {
  std::vector<std::int32_t> values(40);
  for (int i = 0; i < 40; ++i) values[static_cast<std::size_t>(i)] = i;
  EXPECT_EQ(to_string(Tensor({2, 20}, values)),
            "int32 (2, 20) [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, ...], "
            "[20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, ...]]");
  EXPECT_EQ(to_string(Tensor({20, 2}, values)),
            "int32 (20, 2) [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10, 11], [12, 13], [14, 15], "
            "[16, 17], [18, 19], [20, 21], [22, 23], [24, 25], [26, 27], [28, 29], [30, 31], ...]");
}

TEST(TensorTest, NamesDevices) {
  EXPECT_EQ(name_of(Device::Host), "host");
  EXPECT_EQ(name_of(Device::Meta), "meta");
  EXPECT_EQ(name_of(Device::Guarded), "guarded");
  EXPECT_EQ(name_of(Device::Cuda), "cuda");
}

}  // namespace
}  // namespace domino
