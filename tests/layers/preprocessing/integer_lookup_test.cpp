#include "domino/layers/preprocessing/integer_lookup.h"

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

TEST(IntegerLookup, MatchesKeras) { expect_parity("integer_lookup"); }

TEST(IntegerLookup, KeepsItsConfig) { expect_config_round_trip("integer_lookup"); }

TEST(IntegerLookup, CutsFloats) {
  const Tensor indices = IntegerLookup({.vocabulary = {10, 20}})(Tensor({3}, {10.7, 19.9, 20}));
  EXPECT_TRUE(equal(indices, Tensor({3}, std::vector<std::int64_t>{1, 0, 2})));
}

TEST(IntegerLookup, TakesTheVocabularyOfKeras) {
  const IntegerLookup layer({.mask_token = 0, .vocabulary_size = 4});
  const Assets assets{{"vocabulary.txt", "0\n-1\n3\n4"}};
  layer.load_own_assets(assets);
  EXPECT_EQ(layer.get_vocabulary(), (std::vector<std::int64_t>{0, -1, 3, 4}));
  EXPECT_EQ(layer.own_assets(), assets);
  EXPECT_EQ(error_of([&] {
              layer.load_own_assets({{"vocabulary.txt", "1\n2.5"}});
            }),
            "vocabulary.txt: the line '2.5' is no integer");
}

TEST(IntegerLookup, SaltsOnlyFarmhash) {
  EXPECT_EQ(error_of([] { return IntegerLookup({.vocabulary = {1}, .salt = 3}); }),
            "IntegerLookup: a salt with oov_method 'floormod'; it needs 'farmhash'");
}

TEST(IntegerLookup, RefusesOtherTypesOfTerms) {
  const Config config = Config::object({{"vocabulary_dtype", "int32"}});
  EXPECT_EQ(error_of([&] { return IntegerLookup::from_config(config); }),
            "'vocabulary_dtype': int32; expected int64");
  EXPECT_EQ(error_of([] {
              return IntegerLookup({.name = "i"})(Tensor({1}, std::vector<std::string>{"a"}));
            }),
            "IntegerLookup 'i' on (1,): needs numbers, got string");
}

}  // namespace
}  // namespace domino::layers
