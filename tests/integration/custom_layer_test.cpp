// Layers as a program of its own may have them, on devices whose memory the host does not read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/graph/model.h"
#include "domino/layers.h"
#include "tests/error_of.h"
#include "tests/integration/devices.h"

namespace domino {
namespace {

using ::testing::AllOf;
using testing::error_of;
using ::testing::HasSubstr;

/// Adds numbers that it holds.
class Shifted final : public UnaryLayer<Shifted> {
 public:
  static constexpr std::string_view kType = "Shifted";
  explicit Shifted(Tensor by, bool brings_it) : by_(std::move(by)), brings_it_(brings_it) {}
  Tensor call(const Tensor& x) const { return ops::add(x, brings_it_ ? resident(by_) : by_); }

 private:
  const Tensor by_;
  const bool brings_it_;
};

/// Reads numbers.
class Doubled final : public UnaryLayer<Doubled> {
 public:
  static constexpr std::string_view kType = "Doubled";
  Tensor call(const Tensor& x) const {
    return x.is_meta() ? x : ops::multiply(x, static_cast<double>(x.data<float>()[0]));
  }
};

class CustomLayerOn : public ::testing::TestWithParam<std::string> {
 protected:
  Tensor predict(const Model& model) const {
    return model.predict(Tensor({2, 2}, {1, 2, 3, 4}), {.device = GetParam()});
  }
  std::string error_from(const Model& model) const {
    return error_of<DeviceError>([&] { return predict(model); });
  }

  const SymbolicTensor x_ = Input({.shape = {2}});
  const Tensor numbers_{{2}, {10, 20}};
};

TEST_P(CustomLayerOn, AddsNumbersThatItBringsThere) {
  const Model model(x_, Shifted(numbers_, true)(x_));
  EXPECT_TRUE(equal(predict(model), Tensor({2, 2}, {11, 22, 13, 24})));
}

TEST_P(CustomLayerOn, IsToldHowToBringThemThere) {
  const Model model(x_, Shifted(numbers_, false)(x_));
  EXPECT_THAT(error_from(model),
              AllOf(HasSubstr("Shifted 'shifted'"), HasSubstr("add: a tensor (2,) lies on 'host'"),
                    HasSubstr("upload it first, in a layer with domino::resident")));
}

TEST_P(CustomLayerOn, IsToldToReadNoNumbers) {
  EXPECT_THAT(error_from(Model(x_, Doubled()(x_))),
              AllOf(HasSubstr("Doubled 'doubled'"), HasSubstr("compute with ops:: verbs")));
}

TEST_P(CustomLayerOn, IsTheSameForALambda) {
  const Tensor numbers = numbers_;
  const auto add = [&](auto bring) {
    const layers::Lambda layer([=](const Tensor& y) { return ops::add(y, bring(numbers)); });
    return Model(x_, layer(x_));
  };
  EXPECT_TRUE(equal(predict(add(resident)), Tensor({2, 2}, {11, 22, 13, 24})));
  EXPECT_THAT(error_from(add([](const Tensor& t) { return t; })),
              AllOf(HasSubstr("Lambda 'lambda'"), HasSubstr("domino::resident")));
}

std::vector<std::string> other_memories() {
  std::vector<std::string> names = testing::devices();
  names.front() = "guarded";
  return names;
}

INSTANTIATE_TEST_SUITE_P(, CustomLayerOn, ::testing::ValuesIn(other_memories()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace domino
