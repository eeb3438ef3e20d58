#include "domino/layers/core/reversible_embedding.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/graph/model.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;
using testing::expect_config_round_trip;
using testing::expect_parity;

TEST(ReversibleEmbedding, MatchesKeras) { expect_parity("reversible_embedding"); }

TEST(ReversibleEmbedding, KeepsItsConfig) { expect_config_round_trip("reversible_embedding"); }

TEST(ReversibleEmbedding, NeedsSizes) {
  EXPECT_EQ(error_of([] { return ReversibleEmbedding(0, 3); }),
            "ReversibleEmbedding: input_dim is 0 and output_dim 3; expected at least 1 for both");
}

TEST(ReversibleEmbedding, NeedsVectorsForTheWayBack) {
  const ReversibleEmbedding layer(5, 3, {.name = "r"});
  EXPECT_EQ(error_of([&] {
              return layer(ops::zeros({1, 2}), {.reverse = true});
            }),
            "ReversibleEmbedding 'r' on (1, 2): was built for 3 features, got 2 in (1, 2); a layer "
            "keeps the features of its first call");
  EXPECT_EQ(error_of([&] { return layer(ops::zeros({3}), {.reverse = true}); }),
            "ReversibleEmbedding 'r' on (3,): needs (batch, ..., 3) for the way back, got (3,)");
}

TEST(ReversibleEmbedding, GoesThereAndBackInAModel) {
  const ReversibleEmbedding layer(3, 2);
  const SymbolicTensor ids = Input({.shape = {kAny}, .dtype = DType::Int32});
  const Model model(ids, layer(layer(ids), {.reverse = true}));
  layer.set_weights({Tensor({3, 2}, {1, 0, 0, 2, 1, 1})});
  EXPECT_TRUE(equal(model(Tensor({1, 2}, std::vector<std::int32_t>{1, 2})),
                    Tensor({1, 2, 3}, {0, 4, 2, 1, 2, 2})));
}

}  // namespace
}  // namespace domino::layers
