#include "domino/layers/core/dense.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "domino/graph/registry.h"
#include "domino/layers/activations/leaky_relu.h"
#include "domino/layers/activations/prelu.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Dense, MatchesKeras) { expect_parity("dense"); }

TEST(Dense, KeepsItsConfig) { expect_config_round_trip("dense"); }

TEST(Dense, NeedsUnits) {
  EXPECT_EQ(error_of([] { return Dense(0); }), "Dense: units is 0; expected at least 1");
}

TEST(Dense, NamesTheActivations) {
  EXPECT_EQ(error_of([] { return Dense(3, {.activation = "rellu"}); }),
            "Dense: no activation is called 'rellu'; expected one of celu, elu, exponential, "
            "gelu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_swish, hard_tanh, leaky_relu, "
            "linear, log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu, "
            "soft_shrink, softmax, softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax, "
            "squareplus, swish, tanh, tanh_shrink");
}

TEST(Dense, TakesALayerWithoutWeightsAsActivation) {
  const DenseOptions leaky{.activation = LeakyReLU({.negative_slope = 0.5}),
                           .kernel_initializer = "ones"};
  EXPECT_TRUE(equal(Dense(1, leaky)(Tensor({1, 2}, {-3, 1})), Tensor({1, 1}, {-1})));
  EXPECT_EQ(
      error_of([] {
        return Dense(2, {.activation = PReLU(), .name = "d"})(Tensor({1, 1}, {1}));
      }),
      "Dense 'd' on (1, 1): its activation, PReLU (unnamed), has weights; give \"linear\", and "
      "put that layer behind");
}

TEST(Dense, NeedsAnInitializerOfKeras) {
  EXPECT_THAT(error_of([] { return Dense(3, {.kernel_initializer = "glorot"}); }),
              ::testing::StartsWith("Dense: no initializer is called 'glorot'; expected one of"));
}

TEST(Dense, NeedsABatchAxis) {
  EXPECT_EQ(error_of([] {
              return Dense(3, {.name = "d"})(Tensor({2}, {1, 2}));
            }),
            "Dense 'd' on (2,): needs (batch, ..., features), got (2,)");
}

TEST(Dense, CopiesShareWeights) {
  const Dense dense(2);
  const Dense copy = dense;  // NOLINT(performance-unnecessary-copy-initialization)
  const Tensor x({1, 2}, {1, 2});
  EXPECT_TRUE(equal(dense(x), copy(x)));
  EXPECT_EQ(dense.count_params(), 6);
}

TEST(Dense, TakesWholeNumbers) {
  const Dense dense(1, {.kernel_initializer = "ones"});
  EXPECT_TRUE(equal(dense(Tensor({1, 2}, std::vector<int>{3, 4})), Tensor({1, 1}, {7})));
}

TEST(Dense, ComputesInFloat32AndKeepsTheMask) {
  const Dense dense(1, {.kernel_initializer = "ones"});
  const Tensor x = Tensor({1, 2, 1}, std::vector<double>{3, 4}).with_mask(Mask({1, 2}, {1, 0}));
  const Tensor y = dense(x);
  EXPECT_TRUE(equal(y, Tensor({1, 2, 1}, {3, 4})));
  EXPECT_EQ(y.mask(), x.mask());
}

TEST(Dense, IsNamedOnceWhereAConfigIsWrong) {
  const auto load = [](const Config& config) {
    return error_of([&] {
      return deserialize_layer(Config::object({{"class_name", "Dense"}, {"config", config}}));
    });
  };
  EXPECT_EQ(load(Config::object({{"units", 0}})), "Dense: units is 0; expected at least 1");
  EXPECT_EQ(load(Config::object({{"units", "many"}})),
            "Dense: 'units': expected an integer, got \"many\"");
}

}  // namespace
}  // namespace domino::layers
