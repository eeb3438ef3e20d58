#include "domino/layers/attention/additive_attention.h"

#include <gtest/gtest.h>

#include "domino/backends/ops.h"
#include "tests/layers/parity.h"

namespace domino::layers {
namespace {

using testing::error_of;

TEST(AdditiveAttentionTest, DoesAsKeras) { testing::expect_parity("additive_attention"); }
TEST(AdditiveAttentionTest, KeepsTheConfigurationOfKeras) {
  testing::expect_config_round_trip("additive_attention");
}

TEST(AdditiveAttentionTest, ScalesEachFeatureIfAsked) {
  const AdditiveAttention layer;
  layer({ops::ones({1, 2, 4}), ops::ones({1, 3, 4})});
  ASSERT_EQ(layer.weights().size(), 1U);
  EXPECT_EQ(layer.weights()[0].path, "scale");
  EXPECT_EQ(layer.weights()[0].value.shape(), (Shape{4}));
  const AdditiveAttention plain({.use_scale = false});
  plain({ops::ones({1, 2, 4}), ops::ones({1, 3, 4})});
  EXPECT_TRUE(plain.weights().empty());
}

TEST(AdditiveAttentionTest, SaysWhatItNeeds) {
  const AdditiveAttention layer({.name = "a"});
  EXPECT_EQ(
      error_of([&] {
        return layer({ops::ones({2, 3, 4})});
      }),
      "AdditiveAttention 'a' on (2, 3, 4): needs [query, value] or [query, value, key], got 1 "
      "tensors");
  EXPECT_EQ(
      error_of([&] {
        return layer({ops::ones({3, 4}), ops::ones({3, 4})});
      }),
      "AdditiveAttention 'a' on (3, 4), (3, 4): needs tensors of (batch, steps, features), got "
      "(3, 4)");
}

}  // namespace
}  // namespace domino::layers
