#include "domino/layers/preprocessing/category_encoding.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "domino/graph/input_layer.h"
#include "domino/graph/model.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

Tensor ids(const Shape& shape, const std::vector<std::int32_t>& values) {
  return Tensor(shape, values);
}

TEST(CategoryEncoding, MatchesKeras) { expect_parity("category_encoding"); }

TEST(CategoryEncoding, KeepsItsConfig) { expect_config_round_trip("category_encoding"); }

TEST(CategoryEncoding, WeighsCounts) {
  const CategoryEncoding layer(3, {.output_mode = "count"});
  const Tensor x = ids({1, 3}, {1, 1, 2});
  const Tensor weights({1, 3}, {0.5, 1, -2});
  const Tensor expected({1, 3}, {0, 1.5, -2});
  EXPECT_TRUE(equal(layer(x, {.count_weights = weights}), expected));
  const auto numbers = Input({.shape = {kAny}, .dtype = DType::Int32});
  const auto weight = Input({.shape = {kAny}});
  const Model model({numbers, weight}, {layer(numbers, {.count_weights = weight})});
  EXPECT_TRUE(equal(model.predict(Tensors{x, weights})[0], expected));
}

TEST(CategoryEncoding, RefusesWhatItCannotCount) {
  EXPECT_EQ(error_of([] { return CategoryEncoding(0); }),
            "CategoryEncoding: num_tokens is 0; expected at least 1");
  EXPECT_EQ(error_of([] { return CategoryEncoding(3, {.output_mode = "int"}); }),
            "CategoryEncoding: output_mode is 'int'; expected one of one_hot, multi_hot, count");
  const Tensor x = ids({1, 2}, {0, -1});
  EXPECT_EQ(error_of([&] { return CategoryEncoding(3, {.name = "c"})(x); }),
            "CategoryEncoding 'c' on (1, 2): bincount: -1 is below 0");
  EXPECT_EQ(
      error_of([&] {
        return CategoryEncoding(3, {.name = "c"})(x, {.count_weights = Tensor({1, 2}, {1, 2})});
      }),
      "CategoryEncoding 'c' on (1, 2), (1, 2): count_weights with output_mode 'multi_hot'; "
      "they are for 'count'");
}

}  // namespace
}  // namespace domino::layers
