#include "domino/layers/attention/grouped_query_attention.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "domino/graph/input_layer.h"
#include "domino/graph/model.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;

TEST(GroupQueryAttentionTest, DoesAsKeras) { testing::expect_parity("grouped_query_attention"); }
TEST(GroupQueryAttentionTest, KeepsTheConfigurationOfKeras) {
  testing::expect_config_round_trip("grouped_query_attention");
}

TEST(GroupQueryAttentionTest, HasKerasNamesAndWeights) {
  const SymbolicTensor x = Input({.shape = {kAny, 4}});
  const Model model(x, GroupQueryAttention(3, 4, 2, {.use_gate = true})({.query = x, .value = x}));
  std::vector<std::string> found;
  for (const Variable& weight : model.weights()) {
    found.push_back(weight.path + " " + to_string(weight.value.shape()));
  }
  const std::string layer = "layers/grouped_query_attention/";
  EXPECT_EQ(found,
            (std::vector<std::string>{
                layer + "_query_dense/kernel (4, 4, 3)", layer + "_query_dense/bias (4, 3)",
                layer + "_key_dense/kernel (4, 2, 3)", layer + "_key_dense/bias (2, 3)",
                layer + "_gate_dense/kernel (4, 4, 3)", layer + "_gate_dense/bias (4, 3)",
                layer + "_value_dense/kernel (4, 2, 3)", layer + "_value_dense/bias (2, 3)",
                layer + "_output_dense/kernel (4, 3, 4)", layer + "_output_dense/bias (4,)"}));
}

TEST(GroupQueryAttentionTest, RefusesOptionsThatMeanNothing) {
  EXPECT_EQ(error_of([] { return GroupQueryAttention(3, 3, 2); }),
            "GroupQueryAttention: num_query_heads is 3 and num_key_value_heads is 2; expected a "
            "multiple of it");
  EXPECT_EQ(error_of([] { return GroupQueryAttention(0, 2, 2); }),
            "GroupQueryAttention: head_dim is 0; expected at least 1");
}

TEST(GroupQueryAttentionTest, TakesSequencesOnly) {
  const Tensor x = ops::ones({1, 2, 3, 4});
  EXPECT_EQ(
      error_of([&] { return GroupQueryAttention(3, 4, 2)({.query = x, .value = x}); }),
      "GroupQueryAttention (unnamed) on (1, 2, 3, 4), (1, 2, 3, 4): needs query, value and key of "
      "(batch, steps, features), got (1, 2, 3, 4)");
}

}  // namespace
}  // namespace domino::layers
