// What is said of devices that cannot be used, and of models that are too large for them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/backends/backend.h"
#include "domino/core/error.h"
#include "domino/graph/model.h"
#include "domino/layers.h"
#include "tests/backends/cuda_on_cpu/pretended.h"
#include "tests/error_of.h"

namespace domino::cuda {
namespace {

using domino::testing::error_of;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class FailingDevice : public ::testing::Test {
 protected:
  ~FailingDevice() override { pretended() = {}; }
};

/// A model whose layer notes that it runs.
struct Watched {
  std::shared_ptr<int> runs = std::make_shared<int>(0);
  SymbolicTensor x = Input({.shape = {2}});
  Model model{x, layers::Lambda([runs = runs](const Tensor& y) {
                if (!y.is_meta()) ++*runs;
                return y;
              })(x)};

  std::string error() const {
    return error_of<DeviceError>([&] {
      return model.predict(Tensor({1, 2}, {1, 2}), {.device = "cuda:0"});
    });
  }
};

TEST_F(FailingDevice, IsFoundBeforeAModelRuns) {
  const Watched watched;
  pretended().machine = {.needed = 13000};
  EXPECT_EQ(watched.error(), "no CUDA device; take cpu");
  EXPECT_THAT(available_backends(), Not(Contains("cuda")));
  EXPECT_EQ(*watched.runs, 0);
  pretended() = {};
  EXPECT_EQ(watched.error(), "no error");
  EXPECT_EQ(*watched.runs, 1);
}

TEST_F(FailingDevice, WithoutADriverIsNone) {
  pretended().machine = {.driver_is_too_old = true, .needed = 13000};
  EXPECT_EQ(Watched().error(), "no CUDA device; take cpu");
}

TEST_F(FailingDevice, OfAnOldDriverSaysWhichIsNeeded) {
  pretended().machine = {.driver_is_too_old = true, .driver = 12040, .needed = 13000};
  EXPECT_EQ(Watched().error(),
            "the CUDA driver is too old: it has CUDA 12.4, but needs 13.0; update it, or take cpu");
}

TEST_F(FailingDevice, HasNoStrictMode) {
  const Watched watched;
  EXPECT_EQ(
      error_of<DeviceError>([&] {
        return watched.model.predict(Tensor({1, 2}, {1, 2}), {.device = "cuda", .strict = true});
      }),
      "strict: on 'cuda' a sequence may get other last bits in another batch; take cpu");
  EXPECT_EQ(*watched.runs, 0);
}

Model of_two_sizes() {
  const SymbolicTensor x = Input({.shape = {10}});
  const SymbolicTensor small = layers::Dense(10, {.name = "small"})(x);
  return {x, layers::Dense(1000, {.name = "large"})(small)};
}

TEST_F(FailingDevice, OfTooLittleMemorySaysForWhichLayer) {
  const Model model = of_two_sizes();
  const Tensor x({1, 10}, std::vector<float>(10, 1));
  const auto predict = [&] { return model.predict(x, {.device = "cuda"}); };
  pretended().memory = 10'000;
  EXPECT_THAT(error_of<DeviceError>(predict),
              AllOf(HasSubstr("Dense 'large'"), Not(HasSubstr("'small'")),
                    HasSubstr("no memory for 40000 bytes; 10000 of 10000 bytes are free")));
  pretended() = {};
  EXPECT_EQ(error_of(predict), "no error");
}

TEST_F(FailingDevice, LeavesNoRefusalToTheNextPredict) {
  const SymbolicTensor ids = Input({.shape = {1}, .dtype = DType::Int32});
  const SymbolicTensor x = layers::Reshape({10})(layers::Embedding(3, 10)(ids));
  const Model model{ids, layers::Dense(1000)(x)};
  const auto predict = [&](int id) {
    return error_of<Error>([&] {
      return model.predict(Tensor({1, 1}, std::vector{id}), {.device = "cuda"});
    });
  };
  pretended().memory = 10'000;
  EXPECT_THAT(predict(7), HasSubstr("no memory"));
  pretended() = {};
  EXPECT_EQ(predict(2), "no error");
  EXPECT_THAT(predict(7), HasSubstr("7"));
}

}  // namespace
}  // namespace domino::cuda
