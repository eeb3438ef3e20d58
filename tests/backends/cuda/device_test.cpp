// These tests need a GPU. Without one each is skipped; one that cannot be used is a failure.

#include <gtest/gtest.h>

#include <string>

#include "domino/backends/backend.h"
#include "domino/core/error.h"

namespace domino {
namespace {

class NeedsDevice final : public ::testing::Environment {
  void SetUp() override {
    try {
      backend("cuda");
    } catch (const DeviceError& error) {
      if (error.message().find("no CUDA") == std::string::npos) FAIL() << error.message();
      GTEST_SKIP() << error.message();
    }
  }
};

const auto* const kNeedsDevice = ::testing::AddGlobalTestEnvironment(new NeedsDevice);

}  // namespace
}  // namespace domino
