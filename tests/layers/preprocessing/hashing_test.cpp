#include "domino/layers/preprocessing/hashing.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Hashing, MatchesKeras) { expect_parity("hashing"); }

TEST(Hashing, KeepsItsConfig) { expect_config_round_trip("hashing"); }

TEST(Hashing, RefusesOptionsThatDoNotFit) {
  EXPECT_EQ(error_of([] { return Hashing(0); }), "Hashing: num_bins is 0; expected at least 1");
  EXPECT_EQ(error_of([] {
              return Hashing(3, {.salt = {1, 2, 3}});
            }),
            "Hashing: a salt of 3 numbers; expected one or two");
  EXPECT_EQ(error_of([] { return Hashing(3, {.output_mode = "tf_idf"}); }),
            "Hashing: output_mode is 'tf_idf'; expected one of int, one_hot, multi_hot, count");
  EXPECT_EQ(error_of([] {
              return Hashing(
                  3, {.mask_value = 1, .name = "h"})(Tensor({1}, std::vector<std::string>{"a"}));
            }),
            "Hashing 'h' on (1,): lookup: string among keys of int64");
}

}  // namespace
}  // namespace domino::layers
