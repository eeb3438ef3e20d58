#include "domino/layers/core/embedding.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "domino/backends/backend.h"
#include "domino/graph/model.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(Embedding, MatchesKeras) { expect_parity("embedding"); }

TEST(Embedding, KeepsItsConfig) { expect_config_round_trip("embedding"); }

TEST(Embedding, NeedsSizes) {
  EXPECT_EQ(error_of([] { return Embedding(0, 4); }),
            "Embedding: input_dim is 0 and output_dim 4; expected at least 1 for both");
}

TEST(Embedding, RefusesIdsOutsideTheTable) {
  const Embedding embedding(3, 2, {.name = "words"});
  const auto look_up = [&](int id) {
    return error_of([&] { return embedding(Tensor({1, 1}, std::vector<int>{id})); });
  };
  EXPECT_EQ(look_up(3),
            "Embedding 'words' on (1, 1): embedding: token id 3 at (0, 0) is outside the "
            "vocabulary; ids must be from 0 to 2, so raise input_dim or check the tokens");
  EXPECT_EQ(look_up(-1),
            "Embedding 'words' on (1, 1): embedding: token id -1 at (0, 0) is outside the "
            "vocabulary; ids must be from 0 to 2, so raise input_dim or check the tokens");
}

TEST(Embedding, RefusesIdsOutsideTheTableOnEveryBackend) {
  for (const std::string_view device : available_backends()) {
    const BackendScope scope(backend(device));
    const Embedding embedding(3, 2, {.name = "words"});
    const auto ids_of = [](const Shape& shape, const std::vector<int>& ids) {
      return current_backend().upload(Tensor(shape, ids));
    };
    // A GPU tells of it when something is downloaded.
    const auto looked_up = [](const Tensor& x) { return current_backend().download(x); };
    EXPECT_EQ(error_of([&] {
                return looked_up(embedding(ids_of({2, 2}, {0, 1, 2, 7})));
              }),
              "Embedding 'words' on (2, 2): embedding: token id 7 at (1, 1) is outside the "
              "vocabulary; ids must be from 0 to 2, so raise input_dim or check the tokens")
        << device;
    const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
    const Model model(ids, embedding(ids));
    EXPECT_EQ(error_of([&] {
                return looked_up(model(ids_of({1, 1}, {-1})));
              }),
              "Embedding 'words' on (1, 1): embedding: token id -1 at (0, 0) is outside the "
              "vocabulary; ids must be from 0 to 2, so raise input_dim or check the tokens")
        << device;
  }
}

TEST(Embedding, MakesTheMaskWithoutACall) {
  const Embedding embedding(3, 2, {.mask_zero = true});
  EXPECT_EQ(embedding.compute_mask(Tensor({1, 3}, std::vector<int>{2, 1, 0})),
            Mask({1, 3}, {1, 1, 0}));
}

}  // namespace
}  // namespace domino::layers
