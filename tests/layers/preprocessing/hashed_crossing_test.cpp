#include "domino/layers/preprocessing/hashed_crossing.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(HashedCrossing, MatchesKeras) { expect_parity("hashed_crossing"); }

TEST(HashedCrossing, KeepsItsConfig) { expect_config_round_trip("hashed_crossing"); }

TEST(HashedCrossing, CrossesMoreThanTwo) {
  const Tensor names({3}, std::vector<std::string>{"x", "y", "z"});
  const Tensor numbers({3}, std::vector<std::int64_t>{1, -2, 1'000'000'000'000});
  // Recorded: Keras has no shape for three in a model.
  EXPECT_TRUE(equal(HashedCrossing(7)({names, numbers, names}),
                    Tensor({3}, std::vector<std::int64_t>{4, 3, 6})));
}

TEST(HashedCrossing, RefusesWhatItCannotCross) {
  const HashedCrossing layer(7, {.name = "h"});
  const Tensor words({2}, std::vector<std::string>{"a", "b"});
  EXPECT_EQ(error_of([&] { return layer({words}); }),
            "HashedCrossing 'h' on (2,): needs at least two tensors, got 1");
  EXPECT_EQ(error_of([&] {
              return layer({words, Tensor({2}, {1, 2})});
            }),
            "HashedCrossing 'h' on (2,), (2,): needs strings or integers, got float32");
  const Tensor wide({1, 2}, std::vector<std::string>{"a", "b"});
  EXPECT_EQ(
      error_of([&] {
        return layer({wide, wide});
      }),
      "HashedCrossing 'h' on (1, 2), (1, 2): needs tensors of (batch,), (batch, 1) or (), got "
      "(1, 2)");
  EXPECT_EQ(error_of([] { return HashedCrossing(0); }),
            "HashedCrossing: num_bins is 0; expected at least 1");
}

}  // namespace
}  // namespace domino::layers
