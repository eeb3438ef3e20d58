// Copies of a layer share its weights, and its one warning.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domino/backends/ops.h"
#include "domino/graph/model.h"
#include "domino/graph/warnings.h"
#include "domino/layers.h"

namespace domino::layers {
namespace {

/// Calls a layer, then the copy that was made before: the same weights, so the same numbers.
template <class L, class Act>
void expect_shared(const L& layer, Act act) {
  const L copy = layer;  // NOLINT(performance-unnecessary-copy-initialization)
  const Tensor y = act(layer);
  EXPECT_TRUE(copy.built()) << L::kType;
  EXPECT_EQ(copy.identity(), layer.identity()) << L::kType;
  EXPECT_TRUE(equal(act(copy), y)) << L::kType;
  copy.set_weights(layer.get_weights());
  Tensors other;
  for (const Tensor& weight : layer.get_weights()) {
    other.push_back(ops::add(ops::multiply(weight, 2), 1));
  }
  copy.set_weights(other);
  EXPECT_FALSE(equal(act(layer), y)) << L::kType;
}

TEST(Copies, MadeBeforeTheFirstCallShareWeights) {
  const Tensor x({1, 3, 2}, {1, -2, 3, -4, 5, -6});
  const auto on_x = [&](const auto& layer) { return layer(x); };
  expect_shared(Dense(2), on_x);
  expect_shared(Conv1D(2, 2), on_x);
  expect_shared(BatchNormalization(), on_x);
  expect_shared(LayerNormalization(), on_x);
  expect_shared(PReLU(), on_x);
  expect_shared(TimeDistributed(Dense(2)), on_x);
  expect_shared(Bidirectional(LSTM(2)), on_x);
  expect_shared(MultiHeadAttention(2, 2),
                [&](const auto& layer) { return layer({.query = x, .value = x}); });
  const Tensors twice{x, x};
  expect_shared(Attention({.use_scale = true}), [&](const auto& layer) { return layer(twice); });
  expect_shared(Embedding(5, 2), [](const auto& layer) {
    return layer(Tensor({1, 2}, std::vector<int>{1, 4}));
  });
}

class WarningsOfOneLayer : public ::testing::Test {
 protected:
  WarningsOfOneLayer()
      : sink_(set_warning_sink([this](const std::string& text) { texts_.push_back(text); })) {}
  ~WarningsOfOneLayer() override { set_warning_sink(sink_); }

  static Tensor masked() { return Tensor({1, 2, 1}, {1, 2}).with_mask(Mask({1, 2}, {1, 0})); }
  static Model model_with(const Flatten& flatten) {
    const SymbolicTensor x = Input({.shape = {2, 1}});
    return Model(x, flatten(Masking()(x)));
  }

  std::vector<std::string> texts_;

 private:
  WarningSink sink_;
};

TEST_F(WarningsOfOneLayer, OneForAllEagerCallsAndCopies) {
  const Flatten flatten;
  const Flatten copy = flatten;  // NOLINT(performance-unnecessary-copy-initialization)
  for (int i = 0; i < 2; ++i) {
    flatten(masked());
    copy(masked());
  }
  EXPECT_EQ(texts_.size(), 1U);
  Flatten()(masked());
  EXPECT_EQ(texts_.size(), 2U);
}

TEST_F(WarningsOfOneLayer, OneForAllModels) {
  const Flatten flatten;
  const Model first = model_with(flatten);
  const Model second = model_with(flatten);
  EXPECT_EQ(texts_.size(), 1U);
  first.with_rules(MaskRules::Keras)(Tensor({1, 2, 1}, {1, 0}));
  second(Tensor({1, 2, 1}, {1, 0}));
  flatten(masked());
  EXPECT_EQ(texts_.size(), 1U);
}

}  // namespace
}  // namespace domino::layers
