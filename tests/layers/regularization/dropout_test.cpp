#include "domino/layers/regularization/dropout.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Dropout, MatchesKeras) { expect_parity("dropout"); }

TEST(Dropout, KeepsItsConfig) { expect_config_round_trip("dropout"); }

TEST(Dropout, RefusesRatesAboveOne) {
  EXPECT_EQ(error_of([] { return Dropout(1.5); }),
            "Dropout: rate is 1.5; expected a number from 0 to 1");
}

TEST(Dropout, GivesItsInputBack) {
  const Tensor x({1, 1}, {2});
  EXPECT_TRUE(Dropout(0.5)(x).same_object(x));
}

TEST(Dropout, KeepsItsNoiseShape) {
  const Config config = Config::object(
      {{"rate", 0.5}, {"seed", 7}, {"noise_shape", Config::Array{{}, 1}}, {"name", "drop"}});
  EXPECT_EQ(Dropout::from_config(config).options().noise_shape.shape(), (Shape{kAny, 1}));
  EXPECT_EQ(Dropout::from_config(config).config().at("noise_shape"), config.at("noise_shape"));
  EXPECT_EQ(Dropout::from_config(config).config().at("seed"), config.at("seed"));
}

TEST(Dropout, ReadsTheSeedOfAGenerator) {
  const Config generator = Config::object(
      {{"class_name", "SeedGenerator"}, {"config", Config::object({{"seed", 5}, {"name", "s"}})}});
  const Dropout layer = Dropout::from_config(Config::object({{"rate", 0.5}, {"seed", generator}}));
  EXPECT_EQ(layer.config().at("seed"), Config(5));
}

}  // namespace
}  // namespace domino::layers
