// What the host decides of a mask goes to the device once, however many layers it serves.

#include <gtest/gtest.h>

#include <vector>

#include "domino/core/random.h"
#include "domino/graph/model.h"
#include "domino/layers.h"
#include "tests/backends/cuda_on_cpu/runtime_on_cpu.h"
#include "tests/backends/values.h"

namespace domino::cuda {
namespace {

using conformance::ints;

SymbolicTensor encoder_block(const SymbolicTensor& x) {
  const auto attended = layers::MultiHeadAttention(2, 4)({.query = x, .value = x});
  const auto sum = layers::LayerNormalization()(layers::Add()({x, attended}));
  const auto dense = layers::Dense(8)(layers::Dense(16, {.activation = "relu"})(sum));
  return layers::LayerNormalization()(layers::Add()({sum, dense}));
}

SymbolicTensor lstm(const SymbolicTensor& x) {
  return layers::LSTM(8, {.return_sequences = true})(x);
}

template <class Layer>
Model stack(int count, Layer layer) {
  set_random_seed(5);
  const auto tokens = Input({.shape = {kAny}, .dtype = DType::Int32});
  auto x = layers::Embedding(40, 8, {.mask_zero = true})(tokens);
  for (int i = 0; i < count; ++i) x = layer(x);
  return Model(tokens, layers::GlobalAveragePooling1D()(x));
}

/// The uploads of a second batch, for which the weights are there.
std::int64_t uploads_of(const Model& model) {
  const PredictOptions options{.device = "cuda"};
  const Shape shape{3, 6};
  model.predict(ints(shape, {1, 2, 3, 4, 0, 0, 5, 6, 0, 0, 0, 0, 7, 8, 9, 1, 2, 3}), options);
  const std::int64_t before = upload_count();
  model.predict(ints(shape, {3, 4, 0, 0, 0, 0, 5, 6, 7, 8, 9, 0, 7, 8, 0, 0, 0, 0}), options);
  return upload_count() - before;
}

TEST(Plans, OfAttentionAreUploadedOnce) {
  EXPECT_EQ(uploads_of(stack(6, encoder_block)), uploads_of(stack(1, encoder_block)));
}

// The first one's inputs are packed by the mask, those of the others as the one before them packs its outputs. Each
// uploads where its numbers lie.
TEST(Plans, OfARecurrenceAreUploadedOnce) {
  EXPECT_EQ(uploads_of(stack(5, lstm)), uploads_of(stack(2, lstm)) + 3);
}

}  // namespace
}  // namespace domino::cuda
