// Steps that are captured once and replayed.

#include "domino/backends/cuda/rnn_replay.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "domino/backends/cuda/streams.h"
#include "tests/backends/cuda_on_cpu/runtime_on_cpu.h"
#include "tests/backends/values.h"

namespace domino::cuda {
namespace {

using conformance::is;
using conformance::pattern;
using conformance::reference_run;

constexpr std::int64_t kSteps = 4 * kReplayedSteps + 3;
constexpr std::int64_t kUnits = 4;

TEST(RnnReplay, RowsAreRoundedUpToARung) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> rows = {
      {1, 16},  {16, 16}, {17, 24},  {25, 32},   {33, 48},   {48, 48},
      {49, 64}, {96, 96}, {97, 128}, {129, 192}, {192, 192}, {193, 256}};
  for (const auto& [running, rung] : rows) EXPECT_EQ(replayed_rows(running), rung) << running;
}

struct Weights {
  Tensor kernel;
  Tensor recurrent_kernel;
  Tensor bias;
};

Weights weights_of(const op::Rnn& op, DType dtype = DType::Float32) {
  const std::int64_t columns = op::gates_of(op.cell) * kUnits;
  const bool two_biases = op.cell == op::CellKind::GRU && op.reset_after;
  const auto made = [&](const Shape& shape, int factor) {
    return reference_run(op::Cast{dtype}, {pattern(shape, factor)}).front();
  };
  return {made({3, columns}, 7), made({kUnits, columns}, 5),
          made(two_biases ? Shape{2, columns} : Shape{columns}, 3)};
}

/// Sequences of which the first has all steps, and each of the others one less than the one before it.
Tensor falling_lengths(std::int64_t batch) {
  std::vector<bool> kept;
  for (std::int64_t row = 0; row < batch; ++row) {
    for (std::int64_t step = 0; step < kSteps; ++step) kept.push_back(step < kSteps - row);
  }
  return Tensor({batch, kSteps, 1}, kept);
}

Tensors inputs_of(const Weights& weights, std::int64_t batch, int factor) {
  const Tensor x = pattern({batch, kSteps, 3}, factor);
  return {reference_run(op::Cast{weights.kernel.dtype()}, {x}).front(), falling_lengths(batch),
          weights.kernel, weights.recurrent_kernel, weights.bias};
}

Tensors run_on_cuda(const op::Rnn& op, Tensors inputs) {
  const BackendScope scope(backend("cuda"));
  for (Tensor& x : inputs) x = x.defined() ? resident(x) : x;
  Tensors outputs;
  for (const Tensor& y : run(op, inputs)) outputs.push_back(current_backend().download(y));
  return outputs;
}

void expect_as_the_reference(const op::Rnn& op, const Tensors& inputs) {
  const Tensors expected = reference_run(op, inputs);
  const Tensors found = run_on_cuda(op, inputs);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(is(found[i], expected[i], 1e-5)) << i;
}

std::vector<op::Rnn> cells() {
  return {{.cell = op::CellKind::LSTM, .return_sequences = true},
          {.cell = op::CellKind::SimpleRNN, .go_backwards = true},
          {.cell = op::CellKind::GRU, .reset_after = true, .return_sequences = true},
          {.cell = op::CellKind::GRU, .reset_after = false}};
}

TEST(RnnReplay, GivesWhatTheReferenceDoesAroundEachRung) {
  for (const op::Rnn& op : cells()) {
    const Weights weights = weights_of(op);
    for (const std::int64_t batch : {1, 15, 16, 17, 32, 33, 49}) {
      SCOPED_TRACE(fmt::format("{} of {} rows", op::name_of(op.cell), batch));
      expect_as_the_reference(op, inputs_of(weights, batch, 7));
      expect_as_the_reference(op, inputs_of(weights, batch, 5));
    }
  }
}

TEST(RnnReplay, DoesSoInDoubles) {
  const op::Rnn op{.cell = op::CellKind::LSTM, .return_sequences = true};
  expect_as_the_reference(op, inputs_of(weights_of(op, DType::Float64), 5, 7));
}

TEST(RnnReplay, WithoutAMaskToo) {
  const op::Rnn op{.cell = op::CellKind::LSTM, .return_sequences = true};
  Tensors inputs = inputs_of(weights_of(op), 5, 7);
  inputs[1] = {};
  const std::int64_t before = replay_count();
  expect_as_the_reference(op, inputs);
  EXPECT_GT(replay_count(), before);
}

TEST(RnnReplay, CapturesOnceForAllCalls) {
  const op::Rnn op{.cell = op::CellKind::LSTM};
  const Weights weights = weights_of(op);
  const std::int64_t captures = capture_count();
  run_on_cuda(op, inputs_of(weights, 3, 7));
  EXPECT_EQ(capture_count(), captures + 1);
  const std::int64_t replays = replay_count();
  run_on_cuda(op, inputs_of(weights, 2, 5));
  EXPECT_EQ(capture_count(), captures + 1);
  EXPECT_EQ(replay_count(), replays + 4);
}

TEST(RnnReplay, AShortRecurrenceCapturesNothing) {
  const op::Rnn op{.cell = op::CellKind::LSTM};
  Tensors inputs = inputs_of(weights_of(op), 2, 7);
  inputs[0] = pattern({2, kReplayedSteps - 1, 3});
  inputs[1] = {};
  const std::int64_t captures = capture_count();
  for (int i = 0; i < 3; ++i) run_on_cuda(op, inputs);
  EXPECT_EQ(capture_count(), captures);
}

TEST(RnnReplay, GoesWithTheWeights) {
  const std::int64_t before = graph_count();
  {
    const op::Rnn op{.cell = op::CellKind::LSTM};
    const Weights weights = weights_of(op);
    run_on_cuda(op, inputs_of(weights, 3, 7));
    EXPECT_EQ(graph_count(), before + 1);
  }
  EXPECT_EQ(graph_count(), before);
}

TEST(RnnReplay, WaitsForTheCallBeforeInAnotherStream) {
  const op::Rnn op{.cell = op::CellKind::LSTM};
  const Tensors inputs = inputs_of(weights_of(op), 3, 7);
  run_on_cuda(op, inputs);
  const auto run_without_waiting = [&] {
    const BackendScope scope(backend("cuda"));
    Tensors there;
    for (const Tensor& x : inputs) there.push_back(resident(x));
    const std::int64_t graphs = graph_count();
    run(op, there);
    EXPECT_EQ(graph_count(), graphs);
  };
  const Lane lane(0);
  run_without_waiting();
  std::thread([&] {
    const Lane other(0);
    run_without_waiting();
  }).join();
  run_without_waiting();
}

TEST(RnnReplay, OfOneRecurrenceGoesFromThreadToThread) {
  const op::Rnn op{.cell = op::CellKind::LSTM};
  const Weights weights = weights_of(op);
  const Tensors inputs = inputs_of(weights, 3, 7);
  const Tensor expected = run_on_cuda(op, inputs).front();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int call = 0; call < 5; ++call) {
          const Lane lane(0);
          EXPECT_TRUE(equal(run_on_cuda(op, inputs).front(), expected));
        }
      });
    }
  }
}

}  // namespace
}  // namespace domino::cuda
