#include "domino/layers/preprocessing/normalization.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domino/graph/input_layer.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Normalization, MatchesKeras) { expect_parity("normalization"); }

TEST(Normalization, KeepsItsConfig) { expect_config_round_trip("normalization"); }

TEST(Normalization, HoldsTheWeightsThatAdaptFills) {
  const Normalization layer({.axis = {2, 1}});
  layer(Tensor({1, 2, 1}, {1, 2}));
  std::vector<std::string> weights;
  for (const Variable& weight : layer.weights()) {
    weights.push_back(weight.path + ' ' + to_string(weight.value));
  }
  EXPECT_EQ(weights,
            (std::vector<std::string>{"mean float32 (2, 1) [[0], [0]]",
                                      "variance float32 (2, 1) [[1], [1]]", "count int64 () 0"}));
}

TEST(Normalization, NeedsMeanAndVarianceOfOneShape) {
  const auto made = [](const Numbers& mean, const Numbers& variance) {
    return [=] { return Normalization({.mean = mean, .variance = variance}); };
  };
  EXPECT_EQ(error_of(made(3, {})), "Normalization: mean 3.0 and variance null; give both or none");
  EXPECT_EQ(error_of(made({1, 2}, {1})),
            "Normalization: a mean of (2,) and a variance of (1,); expected one shape");
  EXPECT_EQ(error_of([] {
              return Normalization({.axis = {}, .mean = {1, 2}, .variance = {1, 2}});
            }),
            "Normalization: a mean of (2,) for 0 axes; expected no more axes than these");
}

TEST(Normalization, NeedsAxesOfKnownSizes) {
  const Normalization layer({.axis = 1, .name = "n"});
  EXPECT_NE(
      error_of([&] {
        return layer(Input({.shape = {kAny, 3}}));
      })
          .find("Normalization 'n': axis 1 of (None, None, 3) must have known sizes; give the "
                "Input's shape these"),
      std::string::npos);
}

TEST(Normalization, NeedsNumbersThatFitTheAxes) {
  const Tensor x({1, 2}, {1, 2});
  EXPECT_EQ(error_of([&] {
              return Normalization({.mean = {1, 2, 3}, .variance = {1, 2, 3}, .name = "n"})(x);
            }),
            "Normalization 'n' on (1, 2): a mean of (3,) does not fit axis [-1] of (1, 2)");
  EXPECT_EQ(error_of([&] {
              return Normalization({.axis = {1, -1}, .name = "n"})(x);
            }),
            "Normalization 'n' on (1, 2): axis [1, -1] names an axis of (1, 2) twice");
}

}  // namespace
}  // namespace domino::layers
