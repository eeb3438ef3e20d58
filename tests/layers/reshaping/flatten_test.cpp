#include "domino/layers/reshaping/flatten.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Flatten, MatchesKeras) { expect_parity("flatten"); }

TEST(Flatten, KeepsItsConfig) { expect_config_round_trip("flatten"); }

TEST(Flatten, NeedsAKnownFormat) {
  EXPECT_EQ(error_of([] { return Flatten({.data_format = "last"}); }),
            "Flatten: data_format is 'last'; expected 'channels_last' or 'channels_first'");
}

TEST(Flatten, OfNoRowsHasNoRows) {
  EXPECT_EQ(Flatten()(Tensor::empty({0, 2, 3}, DType::Float32)).shape(), (Shape{0, 6}));
}

}  // namespace
}  // namespace domino::layers
