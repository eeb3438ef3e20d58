// Kernels cannot throw: what they refuse is told when something is downloaded.

#include "domino/backends/cuda/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "domino/backends/packing.h"
#include "domino/core/error.h"
#include "tests/backends/values.h"

namespace domino::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

class RefusalTest : public ::testing::Test {
 protected:
  static Tensor upload(const Tensor& host) { return current_backend().upload(host); }
  static Tensor download(const Tensor& tensor) { return current_backend().download(tensor); }

 private:
  BackendScope scope_{backend("cuda")};
};

auto refuses_with(const std::string& text) {
  return Throws<ValueError>(Property(&Error::message, HasSubstr(text)));
}

TEST_F(RefusalTest, IsToldWhenSomethingIsDownloaded) {
  const Tensor x = upload(ints({3}, {7, 8, 9}));
  const Tensor y = ops::mod(x, upload(ints({3}, {2, 0, 4})));
  EXPECT_THAT([&] { download(y); }, refuses_with("mod: an integer is divided by zero"));
  EXPECT_TRUE(equal(download(x), ints({3}, {7, 8, 9})));
}

TEST_F(RefusalTest, NamesTheNumber) {
  const Tensor y = ops::power(upload(ints({2}, {7, 8})), upload(ints({2}, {2, -3})));
  EXPECT_THAT([&] { download(y); }, refuses_with("power: an integer is raised to -3"));
}

TEST_F(RefusalTest, IndicesAreThoseOfTheReference) {
  const Tensor table = upload(pattern({3, 2}));
  const Tensor ids = upload(ints({2, 2}, {0, 2, 3, -1}));
  const Tensor looked_up = ops::embedding(ids, table);
  EXPECT_THAT([&] { download(looked_up); }, refuses_with("embedding: token id 3 at (1, 0)"));
  const Tensor taken = ops::take(table, ids, 0);
  EXPECT_THAT([&] { download(taken); }, refuses_with("take: index 3 at (1, 0)"));
  const Tensor counted = ops::bincount(ops::cast(ids, DType::Int64), 4);
  EXPECT_THAT([&] { download(counted); }, refuses_with("bincount: -1 is below 0"));
}

/// Four places of ids that are 1 but for the last, which shows row `last`; row 1 is 9.
Tensor packed_ids(std::int32_t last) {
  const Tensor places({4}, std::vector<std::int32_t>{0, 0, 0, last});
  const auto map = std::make_shared<const RowMap>(places, 2);
  return Tensor::packed(current_backend().upload(ints({2}, {1, 9})), map, {2, 2});
}

TEST_F(RefusalTest, OfRowsNamesThePlace) {
  const Tensor y = ops::embedding(packed_ids(1), upload(pattern({3, 2})));
  EXPECT_THAT([&] { download(unpack(y)); }, refuses_with("embedding: token id 9 at (1, 1)"));
}

TEST_F(RefusalTest, OfARowThatNoPlaceShowsIsNone) {
  const Tensor y = ops::embedding(packed_ids(0), upload(pattern({3, 2})));
  ASSERT_TRUE(y.is_packed());
  EXPECT_EQ(download(unpack(y)).shape(), (Shape{2, 2, 2}));
}

TEST_F(RefusalTest, WaitsWhileTheHostLooksAtMasks) {
  const Tensor x = upload(ints({1}, {7}));
  ops::mod(x, upload(ints({1}, {0})));
  EXPECT_TRUE(equal(on_host(x), ints({1}, {7})));
  EXPECT_THAT([&] { download(x); }, refuses_with("mod: an integer is divided by zero"));
}

TEST_F(RefusalTest, TheFirstCallIsTheOneThatIsTold) {
  const Tensor x = upload(ints({1}, {7}));
  const Tensor zero = upload(ints({1}, {0}));
  ops::floor_divide(x, x);
  ops::floor_divide(x, zero);
  ops::mod(x, zero);
  EXPECT_THAT([&] { download(x); }, refuses_with("floor_divide: an integer is divided by zero"));
}

TEST_F(RefusalTest, IsToldHoweverManyCallsAreWatched) {
  const Tensor x = upload(ints({1}, {7}));
  const Tensor zero = upload(ints({1}, {0}));
  ops::mod(x, zero);
  for (int i = 0; i < 1000; ++i) ops::mod(x, x);
  EXPECT_THAT([&] { download(x); }, refuses_with("mod: an integer is divided by zero"));
  EXPECT_TRUE(equal(download(x), ints({1}, {7})));
}

}  // namespace
}  // namespace domino::conformance
