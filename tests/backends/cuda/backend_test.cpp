#include "domino/backends/backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "domino/backends/packing.h"
#include "domino/core/error.h"
#include "tests/backends/values.h"

namespace domino::conformance {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

const Backend& cuda_device() { return backend("cuda"); }

auto device_error(const std::string& text) {
  return Throws<DeviceError>(Property(&Error::message, HasSubstr(text)));
}

TEST(CudaBackend, IsFoundByItsNames) {
  EXPECT_THAT(available_backends(), Contains("cuda"));
  EXPECT_EQ(&backend("cuda:0"), &backend("cuda"));
  EXPECT_THAT([] { backend("cuda:99"); }, device_error("no device cuda:99; there "));
  for (const std::string_view name : {"cuda:", "cuda:x", "cuda:0x", "cuda0"}) {
    EXPECT_THAT([&] { backend(name); }, device_error("this build has no backend")) << name;
  }
}

TEST(CudaBackend, UploadAndDownloadCopy) {
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{2, 3}}) {
    const Tensor host = pattern(shape);
    const Tensor there = cuda_device().upload(host);
    EXPECT_EQ(there.device(), Device::Cuda);
    EXPECT_TRUE(equal(cuda_device().download(there), host));
  }
}

TEST(CudaBackend, PackedTensorsAreDownloadedByTheirRows) {
  const auto map = std::make_shared<const RowMap>(ints({4}, {0, 1, 1, 1}), 2);
  const Tensor rows = pattern({2, 3});
  const Tensor there = Tensor::packed(cuda_device().upload(rows), map, {2, 2, 3});
  EXPECT_TRUE(equal(cuda_device().download(there), Tensor::packed(rows, map, {2, 2, 3})));
}

TEST(CudaBackend, ItsTensorsRefuseHostAccess) {
  const Tensor x = cuda_device().upload(pattern({2, 3}));
  EXPECT_THAT([&] { (void)x.data<float>(); }, device_error("on 'cuda' are read"));
}

TEST(CudaBackend, TensorsOfTheHostAreNotTaken) {
  const BackendScope scope(cuda_device());
  EXPECT_THAT([] { ops::exp(pattern({2})); }, device_error("upload it first"));
}

TEST(CudaBackend, MasksAreDownloadedOnce) {
  const BackendScope scope(cuda_device());
  const Tensor there = cuda_device().upload(ints({2, 3}, {1, 1, 0, 1, 0, 0}));
  const Mask mask = on_host(Mask(there));
  EXPECT_EQ(mask.structure().counts, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(on_host(ops::expand_dims(there, -1)).storage(), mask.tensor().storage());
  EXPECT_EQ(on_host(Mask(there)).row_map(), mask.row_map());
}

TEST(CudaBackend, MasksOfTheHostAreKnownThere) {
  const BackendScope scope(cuda_device());
  const Mask mask({2, 3}, {1, 1, 0, 1, 0, 0});
  EXPECT_EQ(on_host(upload(mask)).row_map(), mask.row_map());
}

TEST(CudaBackend, StringsStayOnTheHost) {
  const BackendScope scope(cuda_device());
  const Tensor words = cuda_device().upload(texts({2}, {"a", "b"}));
  const Tensor keys = texts({2}, {"b", "a"});
  const Tensor found = run(op::Lookup{}, {words, keys, whole({2}, {7, 8})}).front();
  EXPECT_EQ(found.device(), Device::Cuda);
  EXPECT_TRUE(equal(cuda_device().download(found), whole({2}, {8, 7})));
}

TEST(CudaBackend, MoreAxesThanAKernelWalksAreRefused) {
  const BackendScope scope(cuda_device());
  std::vector<int> axes(18);
  for (int i = 0; i < 18; ++i) axes[static_cast<std::size_t>(i)] = 17 - i;
  const Tensor x = cuda_device().upload(pattern(Shape(std::vector<std::int64_t>(18, 2))));
  EXPECT_THAT([&] { ops::transpose(x, axes); }, device_error("more than 16 axes"));
}

}  // namespace
}  // namespace domino::conformance
