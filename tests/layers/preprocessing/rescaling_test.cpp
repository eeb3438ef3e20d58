#include "domino/layers/preprocessing/rescaling.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Rescaling, MatchesKeras) { expect_parity("rescaling"); }

TEST(Rescaling, KeepsItsConfig) { expect_config_round_trip("rescaling"); }

TEST(Rescaling, TakesNumbersAndArrays) {
  const Tensor x({1, 2}, {1, 2});
  EXPECT_TRUE(equal(Rescaling(2)(x), Tensor({1, 2}, {2, 4})));
  EXPECT_TRUE(equal(Rescaling({2, 3}, {.offset = {1, -1}})(x), Tensor({1, 2}, {3, 5})));
}

TEST(Rescaling, NeedsAScale) {
  EXPECT_EQ(error_of([] { return Rescaling(RescalingOptions{}); }),
            "Rescaling: scale and offset must be numbers or arrays, got null and 0.0");
}

TEST(Rescaling, RefusesWhatIsNoArray) {
  const auto made = [](const Config& scale) {
    return [scale] { return Rescaling::from_config(Config::object({{"scale", scale}})); };
  };
  EXPECT_EQ(error_of(made("two")), "'scale': expected a number, got \"two\"");
  EXPECT_EQ(error_of(made(Config::Array{Config::Array{1, 2}, Config::Array{1}})),
            "'scale': an array with rows of 2 and of 1 numbers");
}

}  // namespace
}  // namespace domino::layers
