// A walk through the Keras guide "Masking and padding", part by part. Its custom layers are in
// masking_guide_layers.h.
#include "masking_guide_layers.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "domino/core/random.h"
#include "domino/graph/model.h"
#include "domino/graph/sequential.h"
#include "domino/graph/warnings.h"
#include "domino/utils/pad_sequences.h"

namespace {

using domino::DType;
using domino::Input;
using domino::kAny;
using domino::Model;
using domino::Sequential;
using domino::Shape;
using domino::Tensor;
namespace layers = domino::layers;
namespace ops = domino::ops;

void heading(const std::string& text) {
  std::cout << '\n' << text << '\n' << std::string(text.size(), '=') << '\n';
}

/// A (batch, steps) tensor, a row per line; masks as 1 (keep) and 0 (skip).
void print_rows(const std::string& what, const Tensor& x) {
  std::cout << what << ' ' << domino::to_string(x.shape()) << '\n';
  for (std::int64_t row = 0; row < x.size(0); ++row) {
    std::cout << ' ';
    for (std::int64_t step = 0; step < x.size(1); ++step) {
      const std::string number = std::to_string(static_cast<int>(x.item({row, step})));
      std::cout << std::string(x.dtype() == DType::Bool ? 1 : 6 - number.size(), ' ') << number;
    }
    std::cout << '\n';
  }
}

double largest_difference(const Tensor& a, const Tensor& b) {
  return ops::max(ops::abs(ops::subtract(a, b))).item();
}

/// Rounding differs from processor to processor; this does not.
const char* same(const Tensor& a, const Tensor& b) {
  return largest_difference(a, b) < 1e-5 ? "yes" : "no";
}

/// Ids from 0 to `below` - 1, the same in every run.
Tensor random_ids(const Shape& shape, int below) {
  domino::Random random(7);
  std::vector<std::int32_t> ids(static_cast<std::size_t>(shape.elements()));
  for (std::int32_t& id : ids) id = static_cast<std::int32_t>(random.uniform(0, below));
  return Tensor(shape, ids);
}

const std::vector<std::vector<int>> kSentences = {
    {711, 632, 71},
    {73, 8, 3215, 55, 927},
    {83, 91, 1, 645, 1253, 927},
};

// The sentences have 3, 5 and 6 words; a batch is one tensor, so the short ones are filled up.
Tensor pad_sentences() {
  heading("1. Padding");
  Tensor post = domino::utils::pad_sequences(kSentences, {.padding = "post"});
  print_rows("padded behind", post);
  print_rows("padded in front", domino::utils::pad_sequences(kSentences, {.padding = "pre"}));
  return post;
}

// A mask says which steps count. It hangs on the tensor that a layer returns.
Tensor make_masks(const Tensor& padded) {
  heading("2. Layers that make masks: Embedding and Masking");
  const layers::Embedding embedding(5000, 16, {.mask_zero = true});
  const Tensor embedded = embedding(padded);
  std::cout << "embedded " << to_string(embedded.shape()) << '\n';
  print_rows("its mask", *embedded.mask());

  // As if an embedding gave ten equal features per word.
  const Tensor features =
      ops::cast(ops::repeat(ops::expand_dims(padded, -1), 10, -1), DType::Float32);
  Tensor masked = layers::Masking()(features);
  print_rows("the mask that Masking makes", *masked.mask());
  return masked;
}

// In a model every layer that can use the mask gets it: here the LSTM.
void run_models(const Tensor& padded) {
  heading("3. Masks travel through models");
  const Sequential sequential({layers::Embedding(5000, 16, {.mask_zero = true}), layers::LSTM(32)},
                              {.name = "sequential"});
  const Tensor y = sequential.predict(padded);

  const auto inputs = Input({.shape = {kAny}, .dtype = DType::Int32});
  auto x = layers::Embedding(5000, 16, {.mask_zero = true})(inputs);
  auto outputs = layers::LSTM(32)(x);
  const Model functional(inputs, outputs, {.name = "functional"});
  std::cout << functional.summary();

  functional.set_weights(sequential.get_weights());
  std::cout << "both models agree: " << same(functional.predict(padded), y) << '\n';
  const Tensor front = domino::utils::pad_sequences(kSentences, {.maxlen = 20});
  std::cout << "20 steps, padded in front, give the same: " << same(functional.predict(front), y)
            << '\n';
}

// Inside a layer of your own you may hand a mask to a call yourself.
void pass_a_mask_by_hand() {
  heading("4. A mask passed by hand");
  const guide::MyLayer layer;
  const Tensor ids = random_ids({32, 10}, 100);
  const Tensor y = layer(ids);
  std::cout << "MyLayer gives " << to_string(y.shape()) << '\n';

  const Sequential automatic({layers::Embedding(5000, 16, {.mask_zero = true}), layers::LSTM(32)});
  automatic.build({kAny, kAny}, DType::Int32);
  automatic.set_weights(layer.get_weights());
  std::cout << "as the mask that travels by itself: " << same(automatic.predict(ids), y) << '\n';
}

// A layer that moves steps says in compute_mask what becomes of the mask.
void split_a_mask(const Tensor& masked) {
  heading("5. A layer that changes the mask: TemporalSplit");
  const auto [first_half, second_half] = guide::TemporalSplit()(masked);
  print_rows("mask of the first half", *first_half.mask());
  print_rows("mask of the second half", *second_half.mask());
}

void make_a_mask() {
  heading("6. A layer that makes a mask: CustomEmbedding");
  const guide::CustomEmbedding layer(10, 32, true);
  const Tensor ids = random_ids({3, 10}, 9);
  print_rows("ids", ids);
  const Tensor y = layer(ids);
  print_rows("mask", *layer.compute_mask(ids));
  std::cout << "the same hangs on the output: " << (*y.mask() == *layer.compute_mask(ids)) << '\n';
}

void pass_a_mask_on() {
  heading("7. A layer that lets the mask pass: MyActivation");
  const auto inputs = Input({.shape = {kAny}, .dtype = DType::Int32});
  auto x = layers::Embedding(5000, 16, {.mask_zero = true})(inputs);
  x = guide::MyActivation()(x);  // passes the mask on
  std::cout << "Mask found: " << to_string(*x.mask()) << '\n';
  auto outputs = layers::LSTM(32)(x);  // receives the mask
  std::cout << Model(inputs, outputs, {.name = "with_activation"}).report();
}

// `call` takes a mask, so it is given one. The guide's own formula divides by the sum of the logits,
// which is no softmax; this one sums the exponentials.
void use_a_mask() {
  heading("8. A layer that uses the mask: TemporalSoftmax");
  const auto inputs = Input({.shape = {kAny}, .dtype = DType::Int32});
  auto x = layers::Embedding(10, 32, {.mask_zero = true})(inputs);
  x = layers::Dense(1)(x);
  auto outputs = guide::TemporalSoftmax()(x);
  const Model model(inputs, outputs, {.name = "softmax_over_steps"});

  const Tensor ids = random_ids({32, 100}, 10);
  const Tensor y = model.predict(ids);
  std::cout << "output " << to_string(y.shape()) << '\n';
  std::cout << "every sequence sums to 1: " << same(ops::sum(y, {1}), ops::ones({32, 1})) << '\n';
  const Tensor padding = ops::expand_dims(ops::equal(ids, 0), -1);
  const Tensor hidden = ops::where(padding, y, 0);
  std::cout << "largest value at a masked step: " << ops::max(hidden).item() << '\n';
}

// Concatenate along the steps joins the masks as it joins the tensors.
void join_masks(const Tensor& padded) {
  heading("9. Concatenate along the steps");
  const layers::Embedding embedding(5000, 16, {.mask_zero = true});
  const Tensor front = domino::utils::pad_sequences(kSentences);
  const Tensor joined = layers::Concatenate({.axis = 1})({embedding(padded), embedding(front)});
  std::cout << "joined " << to_string(joined.shape()) << '\n';
  print_rows("its mask", *joined.mask());
}

// A layer that says nothing of masks ends them, as in Keras; Domino says so when the model is built.
void lose_a_mask() {
  heading("10. A layer that loses the mask: ReverseSteps");
  const auto inputs = Input({.shape = {kAny}, .dtype = DType::Int32});
  const auto embedded = layers::Embedding(5000, 16, {.mask_zero = true})(inputs);
  auto outputs = layers::LSTM(32)(guide::ReverseSteps()(embedded));
  const Model lossy(inputs, outputs, {.name = "lossy"});
  std::cout << lossy.report();

  outputs = layers::LSTM(32)(guide::ReverseStepsAndMask()(embedded));
  std::cout << Model(inputs, outputs, {.name = "repaired"}).report();
}

}  // namespace

int main() {
  domino::set_random_seed(1);
  // Warnings go to stderr unless told otherwise; here they belong to the story.
  domino::set_warning_sink(
      [](const std::string& text) { std::cout << "domino: warning: " << text << '\n'; });
  std::cout << std::boolalpha;

  const Tensor padded = pad_sentences();
  const Tensor masked = make_masks(padded);
  run_models(padded);
  pass_a_mask_by_hand();
  split_a_mask(masked);
  make_a_mask();
  pass_a_mask_on();
  use_a_mask();
  join_masks(padded);
  lose_a_mask();
  return 0;
}
