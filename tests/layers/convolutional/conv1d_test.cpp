#include "domino/layers/convolutional/conv1d.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "domino/graph/model.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Conv1D, MatchesKeras) { expect_parity("conv1d"); }

TEST(Conv1D, KeepsItsConfig) { expect_config_round_trip("conv1d"); }

TEST(Conv1D, NeedsFilters) {
  EXPECT_EQ(error_of([] { return Conv1D(0, 3); }), "Conv1D: filters is 0; expected at least 1");
}

TEST(Conv1D, NeedsAKernel) {
  EXPECT_EQ(error_of([] { return Conv1D({.filters = 2}); }),
            "Conv1D: kernel_size is (); expected one number of at least 1");
}

TEST(Conv1D, NeedsAKnownPadding) {
  EXPECT_EQ(error_of([] { return Conv1D(2, 3, {.padding = "full"}); }),
            "Conv1D: padding is 'full'; expected one of 'valid', 'same', 'causal'");
}

TEST(Conv1D, StridesOrDilates) {
  EXPECT_EQ(error_of([] { return Conv1D(2, 3, {.strides = 2, .dilation_rate = 2}); }),
            "Conv1D: strides is 2 and dilation_rate 2; expected 1 for one of them");
}

TEST(Conv1D, DividesFiltersIntoGroups) {
  EXPECT_EQ(error_of([] { return Conv1D(3, 1, {.groups = 2}); }),
            "Conv1D: 3 filters do not divide into 2 groups");
}

TEST(Conv1D, DividesFeaturesIntoGroups) {
  EXPECT_EQ(error_of([] {
              return Conv1D(2, 1, {.groups = 2, .name = "c"})(Tensor({1, 1, 3}, {1, 2, 3}));
            }),
            "Conv1D 'c' on (1, 1, 3): the 3 features of (1, 1, 3) do not divide into 2 groups");
}

TEST(Conv1D, NeedsAsManyStepsAsTheKernel) {
  EXPECT_EQ(error_of([] {
              return Conv1D(1, 3, {.name = "c"})(Tensor({1, 2, 1}, {1, 2}));
            }),
            "Conv1D 'c' on (1, 2, 1): the kernel spans 3 steps, more than (1, 2, 1) has; use "
            "another padding, such as \"same\"");
}

TEST(Conv1D, NeedsAsManyStepsAsTheKernelInEveryCall) {
  const Conv1D layer(2, 3, {.name = "c"});
  const std::string error =
      "Conv1D 'c' on (1, 2, 3): the kernel spans 3 steps, more than (1, 2, 3) has; use another "
      "padding, such as \"same\"";
  const SymbolicTensor x = Input({.shape = {kAny, 3}, .name = "x"});
  const Model model(x, layer(x));
  EXPECT_EQ(layer(ops::zeros({1, 3, 3})).shape(), (Shape{1, 1, 2}));
  EXPECT_EQ(model(ops::zeros({1, 3, 3})).shape(), (Shape{1, 1, 2}));
  EXPECT_EQ(error_of([&] { return layer(ops::zeros({1, 2, 3})); }), error);
  EXPECT_EQ(error_of([&] { return model(ops::zeros({1, 2, 3})); }), error);
}

TEST(Conv1D, NeedsAStepIfCausal) {
  EXPECT_EQ(error_of([] {
              return Conv1D(2, 3, {.padding = "causal", .name = "c"})(ops::zeros({1, 0, 3}));
            }),
            "Conv1D 'c' on (1, 0, 3): needs at least one step, got (1, 0, 3)");
}

TEST(Conv1D, ChannelsFirstIsTheSameTurned) {
  const Conv1DOptions options{.activation = "relu",
                              .kernel_initializer = initializers::GlorotUniform{.seed = 3}};
  Conv1DOptions turned = options;
  turned.data_format = "channels_first";
  const Tensor x({1, 3, 2}, {1, -2, 3, 4, -5, 6});
  const Tensor y = Conv1D(2, 2, options)(x);
  const Tensor z = Conv1D(2, 2, turned)(ops::transpose(x, {0, 2, 1}));
  EXPECT_EQ(z.shape(), (Shape{1, 2, 2}));
  EXPECT_TRUE(equal(ops::transpose(z, {0, 2, 1}), y));
}

}  // namespace
}  // namespace domino::layers
