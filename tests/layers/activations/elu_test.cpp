#include "domino/layers/activations/elu.h"

#include <gtest/gtest.h>

#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(ELU, MatchesKeras) { expect_parity("elu"); }

TEST(ELU, KeepsItsConfig) { expect_config_round_trip("elu"); }

TEST(ELU, NeedsANumber) {
  EXPECT_EQ(error_of([] {
              return ELU::from_config(Config::object({{"alpha", "big"}}));
            }),
            "'alpha': expected a number, got \"big\"");
}

}  // namespace
}  // namespace domino::layers
