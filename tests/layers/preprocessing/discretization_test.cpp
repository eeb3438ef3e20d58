#include "domino/layers/preprocessing/discretization.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Discretization, MatchesKeras) { expect_parity("discretization"); }

TEST(Discretization, KeepsItsConfig) { expect_config_round_trip("discretization"); }

TEST(Discretization, NeedsSortedBoundaries) {
  EXPECT_EQ(error_of([] { return Discretization({.num_bins = 3}); }),
            "Discretization: no bin_boundaries; give them, or a configuration that adapt() has put "
            "them into");
  EXPECT_EQ(error_of([] {
              return Discretization({.bin_boundaries = {1, 0}});
            }),
            "Discretization: bin_boundaries [1.0, 0.0] are not sorted");
  EXPECT_EQ(error_of([] { return Discretization({.bin_boundaries = 2}); }),
            "Discretization: bin_boundaries of shape (), expected a list");
  EXPECT_EQ(
      error_of([] { return Discretization({.bin_boundaries = {1}, .output_mode = "tf_idf"}); }),
      "Discretization: output_mode is 'tf_idf'; expected one of int, one_hot, multi_hot, "
      "count");
}

}  // namespace
}  // namespace domino::layers
