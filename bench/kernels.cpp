// How fast the kernels of the CPU are, each alone.

#include <benchmark/benchmark.h>

#include <vector>

#include "bench/random_tensor.h"
#include "domino/backends/onednn/elementwise.h"
#include "domino/backends/onednn/rnn_cells.h"
#include "domino/backends/onednn/row_product.h"
#include "domino/backends/onednn/small_product.h"
#include "domino/backends/onednn/softmax.h"
#include "domino/backends/ops.h"
#include "domino/backends/packing.h"
#include "domino/core/mask.h"

namespace domino::bench {
namespace {

constexpr std::int64_t kUnits = 256;

/// An element-wise function on `range(0)` numbers, on one thread.
void unary(benchmark::State& state, op::UnaryKind kind) {
  const Tensor x = random_tensor({state.range(0)});
  std::vector<float> y(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    onednn::unary_range(kind, x.data<float>().data(), y.data(), state.range(0));
    benchmark::DoNotOptimize(y.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(unary, sigmoid, op::UnaryKind::Sigmoid)->Arg(1 << 12);
BENCHMARK_CAPTURE(unary, tanh, op::UnaryKind::Tanh)->Arg(1 << 12);
BENCHMARK_CAPTURE(unary, gelu, op::UnaryKind::Gelu)->Arg(1 << 12);

/// One step of a cell of 256 units for `range(0)` sequences, on one thread.
void cell_step(benchmark::State& state, onednn::CellPass pass, std::int64_t gates) {
  const std::int64_t count = state.range(0);
  const onednn::Cell cell{
      .pass = pass,
      .units = kUnits,
      .weights = onednn::pack_cell(pass, random_tensor({kUnits, gates * kUnits}))};
  const Tensor input = random_tensor({count, gates * kUnits});
  const Tensor h = random_tensor({count, kUnits});
  std::vector<float> next_h(static_cast<std::size_t>(count * kUnits));
  std::vector<float> c(static_cast<std::size_t>(count * kUnits));
  std::vector<onednn::CellRow> rows;
  for (std::int64_t i = 0; i < count; ++i) {
    rows.push_back({.input = input.data<float>().data() + i * gates * kUnits,
                    .h = h.data<float>().data() + i * kUnits,
                    .next_h = next_h.data() + i * kUnits,
                    .c = c.data() + i * kUnits});
  }
  for (auto _ : state) {
    onednn::run_cell(cell, false, rows.data(), count, 0, onednn::panels_of(cell));
    benchmark::DoNotOptimize(next_h.data());
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK_CAPTURE(cell_step, simple_rnn, onednn::CellPass::SimpleRNN, 1)
    ->RangeMultiplier(4)
    ->Range(1, 64);
BENCHMARK_CAPTURE(cell_step, lstm, onednn::CellPass::LSTM, 4)->RangeMultiplier(4)->Range(1, 64);
BENCHMARK_CAPTURE(cell_step, gru, onednn::CellPass::GRU, 3)->RangeMultiplier(4)->Range(1, 64);

/// `range(0)` rows of `range(1)` features times a kernel of `range(2)` columns, as Dense and the inputs of
/// recurrent layers need it.
void row_product(benchmark::State& state) {
  const std::int64_t rows = state.range(0);
  const Tensor x = random_tensor({rows, state.range(1)});
  const Tensor weights = random_tensor({state.range(1), state.range(2)});
  std::vector<float> y(static_cast<std::size_t>(rows * state.range(2)));
  const auto multiply = [&] {
    onednn::row_product(x.data<float>().data(), rows, weights, nullptr, op::UnaryKind::Linear,
                        y.data(), false);
  };
  multiply();  // packs the weights and makes the primitives
  for (auto _ : state) {
    multiply();
    benchmark::DoNotOptimize(y.data());
  }
  state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(row_product)
    ->ArgsProduct({{1, 8, 64, 512, 4096}, {128}, {4 * kUnits}})
    ->ArgsProduct({{1, 8, 64, 512, 4096}, {384}, {1536}})
    ->UseRealTime();

/// The scores of one head of 32 for `range(0)` queries and as many keys, on one thread.
void scores(benchmark::State& state) {
  const std::int64_t steps = state.range(0);
  constexpr std::int64_t kWidth = 32;
  const Tensor query = random_tensor({steps, kWidth});
  const Tensor key = random_tensor({steps, kWidth});
  std::vector<float> y(static_cast<std::size_t>(steps * steps));
  const onednn::ProductSizes sizes{
      .m = steps, .k = kWidth, .n = steps, .transpose_a = false, .transpose_b = true};
  for (auto _ : state) {
    onednn::small_product(sizes, query.data<float>().data(), key.data<float>().data(), {0, steps},
                          y.data());
    benchmark::DoNotOptimize(y.data());
  }
  state.SetItemsProcessed(state.iterations() * steps * steps);
}
BENCHMARK(scores)->RangeMultiplier(4)->Range(8, 512);

/// 256 rows of `range(0)` numbers, on one thread.
void softmax(benchmark::State& state) {
  constexpr std::int64_t kRows = 256;
  const Tensor x = random_tensor({kRows, state.range(0)});
  std::vector<float> y(static_cast<std::size_t>(x.elements()));
  for (auto _ : state) {
    onednn::softmax_rows(x.data<float>().data(), kRows, state.range(0), y.data());
    benchmark::DoNotOptimize(y.data());
  }
  state.SetItemsProcessed(state.iterations() * x.elements());
}
BENCHMARK(softmax)->RangeMultiplier(4)->Range(8, 512);

// Packing: 64 sentences of up to 128 steps with 384 features, of which `range(0)` % are words.
constexpr std::int64_t kBatch = 64;
constexpr std::int64_t kSteps = 128;
constexpr std::int64_t kFeatures = 384;

Mask words_mask(const benchmark::State& state) {
  return ops::not_equal(random_ids(kBatch, kSteps, state.range(0)), 0);
}

void packing(benchmark::State& state) {
  const Tensor x = random_tensor({kBatch, kSteps, kFeatures});
  const SharedRowMap map = words_mask(state).row_map();
  for (auto _ : state) benchmark::DoNotOptimize(pack(x, map));
  state.SetItemsProcessed(state.iterations() * map->rows());
}
BENCHMARK(packing)->DenseRange(20, 80, 30)->UseRealTime();

void unpacking(benchmark::State& state) {
  const SharedRowMap map = words_mask(state).row_map();
  const Tensor x = pack(random_tensor({kBatch, kSteps, kFeatures}), map);
  for (auto _ : state) benchmark::DoNotOptimize(unpack(x));
  state.SetItemsProcessed(state.iterations() * map->places());
}
BENCHMARK(unpacking)->DenseRange(20, 80, 30)->UseRealTime();

/// Attention with 12 heads of 32 among the words.
void attention(benchmark::State& state) {
  const Tensor x = random_tensor({kBatch, kSteps, 12, 32});
  const Mask words = words_mask(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        ops::attention(x, x, x, {.query = words, .key = words}, {.scale = 0.18}).output);
  }
  state.SetItemsProcessed(state.iterations() * words.structure().valid);
}
BENCHMARK(attention)->Arg(20)->Arg(50)->Arg(80)->Arg(100)->UseRealTime();

}  // namespace
}  // namespace domino::bench
