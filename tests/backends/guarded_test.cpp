#include "domino/backends/guarded/guarded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "domino/core/error.h"
#include "tests/backends/values.h"

namespace domino::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

const Backend& device() { return guarded::guarded_backend(); }

TEST(Guarded, RefusesHostAccess) {
  const Tensor x = device().upload(pattern({2, 3}));
  EXPECT_EQ(x.device(), Device::Guarded);
  EXPECT_THAT([&] { (void)x.data<float>(); },
              Throws<DeviceError>(Property(&Error::message, HasSubstr("on 'guarded' are read"))));
  EXPECT_THROW((void)x.item({0, 0}), DeviceError);
}

TEST(GuardedDeathTest, ItsAddressesFault) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const Tensor x = device().upload(pattern({2, 3}));
  EXPECT_DEATH(
      {
        const volatile std::byte* bytes = x.storage()->bytes();
        (void)*bytes;
      },
      "");
}

TEST(Guarded, UploadAndDownloadCopy) {
  const Tensor host = pattern({2, 3});
  const Tensor back = device().download(device().upload(host));
  EXPECT_TRUE(equal(back, host));
  EXPECT_NE(back.storage(), host.storage());
}

TEST(Guarded, OpsStayOnTheDevice) {
  const Tensor x = device().upload(pattern({2, 3}));
  const BackendScope scope(device());
  const Tensor y = ops::add(ops::multiply(x, 2.0), x);
  EXPECT_EQ(y.device(), Device::Guarded);
  const Tensor expected = device().download(y);
  const BackendScope reference(backend("reference"));
  EXPECT_TRUE(is(expected, ops::multiply(pattern({2, 3}), 3.0)));
}

TEST(Guarded, TensorsOfTheHostAreRefused) {
  const BackendScope scope(device());
  EXPECT_THAT(
      [&] {
        ops::relu(pattern({2, 3}));
      },
      Throws<DeviceError>(
          Property(&Error::message, HasSubstr("lies on 'host', but backend 'guarded' computes"))));
}

TEST(Guarded, ViewsShareTheMemory) {
  const Tensor x = device().upload(pattern({2, 3}));
  const Tensor view = x.viewed_as({3, 2});
  EXPECT_EQ(view.storage(), x.storage());
  EXPECT_TRUE(equal(device().download(view), pattern({3, 2})));
}

}  // namespace
}  // namespace domino::conformance
