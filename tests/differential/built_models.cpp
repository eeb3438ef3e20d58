#include "tests/differential/built_models.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/mask.h"
#include "domino/core/random.h"
#include "domino/graph/sequential.h"
#include "domino/layers.h"

namespace domino::testing {
namespace {

/// Sentences of words: right padded, with holes, empty.
Tensor ids() {
  return Tensor({3, 5}, std::vector<int>{3, 1, 4, 0, 0, 0, 2, 0, 5, 1, 0, 0, 0, 0, 0});
}

Tensor vectors() {
  Random random(7);
  std::vector<float> numbers;
  for (int i = 0; i < 3 * 5 * 4; ++i) numbers.push_back(static_cast<float>(random.uniform(-1, 1)));
  return Tensor({3, 5, 4}, numbers);
}

Tensor masked(const Tensor& x) { return x.with_mask(Mask(ops::not_equal(ids(), 0))); }

/// Of words, as a model is called with them.
std::vector<Tensors> sentences() { return {{ids()}}; }
/// Of vectors, without a mask and with one.
std::vector<Tensors> sequences() { return {{vectors()}, {masked(vectors())}}; }

SymbolicTensor words() { return Input({.shape = {kAny}, .dtype = DType::Int32, .name = "words"}); }
SymbolicTensor features() { return Input({.shape = {kAny, 4}, .name = "features"}); }
SymbolicTensor embedded(const SymbolicTensor& words) {
  return layers::Embedding(9, 4, {.mask_zero = true})(words);
}
SymbolicTensor mean(const SymbolicTensor& x) { return layers::GlobalAveragePooling1D()(x); }

SymbolicTensor encoder_block(const SymbolicTensor& x) {
  const SymbolicTensor attended = layers::MultiHeadAttention(2, 3)({.query = x, .value = x});
  return layers::LayerNormalization()(layers::Add()({x, attended}));
}

BuiltModel of_words(const std::string& name, SymbolicTensors (*wired)(const SymbolicTensor&)) {
  const SymbolicTensor input = words();
  return {name, Model(input, wired(input), {.name = name}), sentences()};
}

BuiltModel of_features(const std::string& name, SymbolicTensors (*wired)(const SymbolicTensor&)) {
  const SymbolicTensor input = features();
  return {name, Model(input, wired(input), {.name = name}), sequences()};
}

SymbolicTensors two_blocks(const SymbolicTensor& x) {
  const SymbolicTensor y = encoder_block(encoder_block(x));
  return {y, mean(y)};
}
SymbolicTensors two_blocks_of_words(const SymbolicTensor& input) {
  return two_blocks(embedded(input));
}

SymbolicTensors with_a_state(const SymbolicTensor& x) {
  const SymbolicTensor state = layers::GRU(3)(x);
  const SymbolicTensor y =
      layers::GRU(3, {.return_sequences = true})(x, {.initial_state = {state}});
  return {y, layers::LSTM(2)(y)};
}
SymbolicTensors with_a_state_of_words(const SymbolicTensor& input) {
  return with_a_state(embedded(input));
}

/// An encoder hands the states of its stack to a decoder; Keras nests them by cell.
SymbolicTensors stacked(const SymbolicTensor& input) {
  const SymbolicTensor x = embedded(input);
  const auto cells = [] {
    return std::vector<LayerHandle>{layers::LSTMCell(3), layers::GRUCell(2), layers::LSTMCell(2)};
  };
  SymbolicTensors states = layers::RNN(cells(), {.return_state = true}).outputs(x);
  const SymbolicTensor encoded = states.front();
  states.erase(states.begin());
  const SymbolicTensor decoded =
      layers::RNN(cells(), {.return_sequences = true})(x, {.initial_state = states});
  const SymbolicTensors once = states;
  states.insert(states.end(), once.begin(), once.end());
  return {encoded, decoded,
          layers::Bidirectional(layers::RNN(cells()))(x, {.initial_state = states})};
}

SymbolicTensors reversed(const SymbolicTensor& input) {
  const SymbolicTensor y =
      layers::LSTM(3, {.return_sequences = true, .go_backwards = true})(embedded(input));
  return {y, layers::LSTM(2)(y)};
}

BuiltModel unrolled() {
  const SymbolicTensor input = Input({.shape = {5}, .dtype = DType::Int32, .name = "words"});
  const SymbolicTensor x = embedded(input);
  const SymbolicTensor both =
      layers::Bidirectional(layers::GRU(2, {.return_sequences = true, .unroll = true}))(x);
  const SymbolicTensor backwards = layers::SimpleRNN(2, {.return_sequences = true,
                                                         .go_backwards = true,
                                                         .unroll = true,
                                                         .zero_output_for_mask = true})(x);
  return {"unrolled", Model(input, {both, backwards}, {.name = "unrolled"}), sentences()};
}

SymbolicTensors masked_queries(const SymbolicTensor& input) {
  const SymbolicTensor x = embedded(input);
  const SymbolicTensor plain = layers::Embedding(9, 4)(input);
  const SymbolicTensor y =
      layers::MultiHeadAttention(2, 2)({.query = plain, .value = x, .query_mask = *x.mask()});
  const SymbolicTensor z =
      layers::GroupQueryAttention(2, 4, 2)({.query = plain, .value = x, .query_mask = *x.mask()});
  return {y, mean(y), z, mean(z)};
}

SymbolicTensors weighted_steps(const SymbolicTensor& x) {
  const SymbolicTensor weights = layers::Softmax({.axis = {1}})(layers::Dense(4)(x));
  return {weights, layers::GRU(2)(weights)};
}
SymbolicTensors weighted_steps_of_words(const SymbolicTensor& input) {
  return weighted_steps(embedded(input));
}

/// A mask of whole sentences, (batch, 1).
BuiltModel mean_of_sentences() {
  const SymbolicTensor input = words();
  const SymbolicTensor kinds = Input({.shape = {1}, .dtype = DType::Int32, .name = "kinds"});
  const SymbolicTensor kind_vectors = embedded(kinds);
  const SymbolicTensor y =
      layers::GlobalAveragePooling1D()(embedded(input), {.mask = *kind_vectors.mask()});
  const Tensor kind({3, 1}, std::vector<int>{2, 0, 1});
  return {"mean", Model({input, kinds}, y, {.name = "mean"}), {{ids(), kind}}};
}

SymbolicTensors switched_off(const SymbolicTensor& input) {
  const SymbolicTensor x = embedded(input);
  return {layers::LSTM(3)(x, {.mask = kNoMask}), layers::LSTM(3)(x)};
}
SymbolicTensors switched_off_at_run_time(const SymbolicTensor& x) {
  return {layers::LSTM(3)(x, {.mask = kNoMask}), layers::LSTM(3)(x)};
}

Model block_model() {
  const SymbolicTensor x = Input({.shape = {kAny, 4}});
  return Model(x, encoder_block(x), {.name = "block"});
}
SymbolicTensors nested(const SymbolicTensor& x) {
  const Model block = block_model();
  const SymbolicTensor y = block(block(x));
  return {y, layers::SimpleRNN(2)(x, {.initial_state = {layers::SimpleRNN(2)(y)}})};
}
SymbolicTensors nested_of_words(const SymbolicTensor& input) { return nested(embedded(input)); }

/// Masks that come of several tensors, of which one may be masked when the model runs.
SymbolicTensors joined(const SymbolicTensor& input) {
  const SymbolicTensor x = layers::Concatenate({.axis = 1})(
      {layers::Masking({.mask_value = 0.5, .name = "not_equal"})(input), input});
  const SymbolicTensor state = layers::LSTM(3, {.name = "any"})(input);
  const SymbolicTensor y =
      layers::GRU(3, {.return_sequences = true})(x, {.initial_state = {state}});
  return {layers::LSTM(2)(x), y, layers::Add()({y, y})};
}

/// Layers whose masks Keras handles otherwise while it wires than when it runs.
SymbolicTensors wrapped(const SymbolicTensor& input) {
  const SymbolicTensor x = layers::ReversibleEmbedding(9, 4, {.mask_zero = true})(input);
  const SymbolicTensor y = layers::SpectralNormalization(layers::Dense(4))(x);
  return {layers::LSTM(2)(x), layers::LSTM(2)(y)};
}

BuiltModel only_intended(BuiltModel built) {
  built.runs_by_keras_rules = false;
  return built;
}

BuiltModel sequential(const std::string& name, std::vector<LayerHandle> layers) {
  layers.insert(layers.begin(), InputLayer({.shape = {kAny}, .dtype = DType::Int32}));
  return {name, Sequential(std::move(layers), {.name = name}), sentences()};
}

}  // namespace

std::vector<BuiltModel> built_models() {
  set_random_seed(3);
  const layers::Embedding embedding(9, 4, {.mask_zero = true});
  return {
      of_words("attention", two_blocks_of_words),
      of_features("attention_on_features", two_blocks),
      of_words("state", with_a_state_of_words),
      of_features("state_on_features", with_a_state),
      of_words("stacked", stacked),
      of_words("reversed", reversed),
      unrolled(),
      of_words("query_mask", masked_queries),
      only_intended(of_words("softmax", weighted_steps_of_words)),
      only_intended(of_features("softmax_on_features", weighted_steps)),
      mean_of_sentences(),
      of_words("switched_off", switched_off),
      of_features("switched_off_on_features", switched_off_at_run_time),
      of_words("nested", nested_of_words),
      of_features("nested_on_features", nested),
      of_features("joined_on_features", joined),
      of_words("wrapped", wrapped),
      sequential("sequential", {embedding, layers::LSTM(3)}),
      sequential(
          "sequential_reversed",
          {layers::Embedding(9, 4, {.mask_zero = true}),
           layers::LSTM(3, {.return_sequences = true, .go_backwards = true}), layers::GRU(2)}),
  };
}

}  // namespace domino::testing
