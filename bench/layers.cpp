// How fast layers are behind an Embedding that masks padding: 64 sentences of up to 128 steps, of which
// range(0) % are words. Items are words, so a layer that computes none of the padding is as fast
// at 20 % as at 100 %.

#include "domino/layers.h"

#include <benchmark/benchmark.h>

#include "bench/random_tensor.h"
#include "domino/backends/ops.h"
#include "domino/core/mask.h"
#include "domino/graph/model.h"

namespace domino::bench {
namespace {

constexpr std::int64_t kSentences = 64;
constexpr std::int64_t kLongest = 128;

using Wire = SymbolicTensor (*)(const SymbolicTensor&);

void layer(benchmark::State& state, int features, Wire wire) {
  const auto words = Input({.shape = {kAny}, .dtype = DType::Int32});
  const Model model(words, wire(layers::Embedding(10'000, features, {.mask_zero = true})(words)));
  const Tensor ids = random_ids(kSentences, kLongest, state.range(0));
  const PredictOptions options{.batch_size = kSentences};
  static_cast<void>(model.predict(ids, options));  // makes what is kept for the next time
  for (auto _ : state) benchmark::DoNotOptimize(model.predict(ids, options));
  const Mask mask = ops::not_equal(ids, 0);
  state.SetItemsProcessed(state.iterations() * mask.structure().valid);
}

SymbolicTensor lstm(const SymbolicTensor& x) { return layers::LSTM(256)(x); }
SymbolicTensor lstm_sequences(const SymbolicTensor& x) {
  return layers::LSTM(256, {.return_sequences = true})(x);
}
SymbolicTensor bidirectional_lstm(const SymbolicTensor& x) {
  return layers::Bidirectional(layers::LSTM(128))(x);
}
SymbolicTensor gru(const SymbolicTensor& x) { return layers::GRU(256)(x); }
SymbolicTensor dense(const SymbolicTensor& x) {
  return layers::GlobalAveragePooling1D()(layers::Dense(1536, {.activation = "gelu"})(x));
}
SymbolicTensor attention_block(const SymbolicTensor& x) {
  const auto attended = layers::MultiHeadAttention(12, 32)({.query = x, .value = x});
  const auto sum = layers::LayerNormalization()(layers::Add()({x, attended}));
  return layers::GlobalAveragePooling1D()(sum);
}

void fills(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(20)->Arg(50)->Arg(80)->Arg(100)->UseRealTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK_CAPTURE(layer, lstm, 128, lstm)->Apply(fills);
BENCHMARK_CAPTURE(layer, lstm_sequences, 128, lstm_sequences)->Apply(fills);
BENCHMARK_CAPTURE(layer, bidirectional_lstm, 128, bidirectional_lstm)->Apply(fills);
BENCHMARK_CAPTURE(layer, gru, 128, gru)->Apply(fills);
BENCHMARK_CAPTURE(layer, dense, 384, dense)->Apply(fills);
BENCHMARK_CAPTURE(layer, attention_block, 384, attention_block)->Apply(fills);

}  // namespace
}  // namespace domino::bench
