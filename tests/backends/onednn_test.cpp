#include "domino/backends/onednn/onednn.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <thread>

#include <hwy/targets.h>

#include "domino/backends/onednn/memory_pool.h"
#include "domino/backends/onednn/primitive_cache.h"
#include "domino/backends/onednn/rnn_cells.h"
#include "domino/backends/ops.h"
#include "domino/core/error.h"
#include "domino/core/threads.h"
#include "tests/backends/conformance.h"

namespace domino::onednn {
namespace {

using conformance::RandomTensors;

/// Makes the kernels of one kind of processor the chosen ones until the end of the scope.
class TargetScope {
 public:
  explicit TargetScope(std::int64_t target) { choose(target); }
  ~TargetScope() { choose(0); }
  TargetScope(const TargetScope&) = delete;
  TargetScope& operator=(const TargetScope&) = delete;

 private:
  static void choose(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

TEST(OneDnnTargets, EachKindOfProcessorAgreesWithTheReference) {
  const std::set<std::string_view> with_vectors = {
      "unary", "binary", "where", "reduce", "softmax", "normalization", "rnn", "attention"};
  std::size_t run = 0;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    const TargetScope scope(target);
    for (const conformance::Family& family : conformance::families()) {
      if (!with_vectors.contains(family.name)) continue;
      for (const conformance::Case& one : family.cases()) {
        SCOPED_TRACE(one.name + " of " + conformance::describe(one.inputs));
        const Tensors expected = conformance::run_on(backend("reference"), one);
        const Tensors actual = conformance::run_on(onednn_backend(), one);
        for (std::size_t i = 0; i < expected.size(); ++i) {
          EXPECT_TRUE(conformance::agree(actual[i], expected[i], one.tolerance));
        }
      }
      ++run;
    }
  }
  EXPECT_EQ(run % with_vectors.size(), 0U);
  EXPECT_GT(run, with_vectors.size());
}

/// Many numbers from -20 to 20, and a few large and small ones.
std::vector<float> sweep() {
  constexpr int kCount = 200'000;
  std::vector<float> numbers;
  for (int i = 0; i <= kCount; ++i) {
    numbers.push_back(20.0f * (2.0f * static_cast<float>(i) / kCount - 1.0f));
  }
  for (const float x : {0.0f, 1e-30f, 1e-6f, 1e-3f, 89.0f, 1e4f, 3e38f}) {
    numbers.push_back(x);
    numbers.push_back(-x);
  }
  return numbers;
}

template <class Exact>
void expect_close(const Tensor& actual, const std::vector<float>& x, Exact exact, double most) {
  const auto y = actual.data<float>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected = exact(static_cast<double>(x[i]));
    const bool close = std::fabs(static_cast<double>(y[i]) - expected) <= most;
    ASSERT_TRUE(close) << "at " << x[i] << ": " << y[i] << ", expected " << expected;
  }
}

double exact_sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double exact_tanh(double x) { return std::tanh(x); }

Tensor column(const std::vector<float>& x) {
  return Tensor({static_cast<std::int64_t>(x.size()), 1}, x);
}

TEST(OneDnnAccuracy, TheMeanOfEqualNumbersIsThatNumber) {
  constexpr float kNumber = 2.5566247F;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    const TargetScope scope(target);
    for (const std::int64_t count : {1, 2, 25, 63, 100, 130, 4000}) {
      SCOPED_TRACE(count);
      const Tensor x = ops::full({count}, kNumber);
      EXPECT_NEAR(ops::mean(x, {0}).item({}), kNumber, 5e-7);
    }
  }
}

TEST(OneDnnAccuracy, SigmoidAndTanhOfTensors) {
  const std::vector<float> x = sweep();
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    const TargetScope scope(target);
    expect_close(ops::sigmoid(column(x)), x, exact_sigmoid, 1e-7);
    expect_close(ops::tanh(column(x)), x, exact_tanh, 1.5e-7);
    expect_close(
        ops::erf(column(x)), x, [](double v) { return std::erf(v); }, 4e-7);
  }
}

TEST(OneDnnAccuracy, SigmoidAndTanhOfGates) {
  const std::vector<float> x = sweep();
  const auto rows = static_cast<std::int64_t>(x.size());
  const Tensor steps = column(x).viewed_as({rows, 1, 1});
  const Tensor ones = Tensor({rows, 1}, std::vector<float>(x.size(), 1.0f));
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    const TargetScope scope(target);
    // h = tanh(x)
    const auto squashed = ops::rnn(steps, {}, {Tensor({1, 1}, {1}), Tensor({1, 1}, {0}), {}}, {},
                                   {.cell = op::CellKind::SimpleRNN});
    expect_close(squashed.output, x, exact_tanh, 1.5e-7);
    // h = sigmoid(x) * 1 + (1 - sigmoid(x)) * tanh(0)
    const auto gated =
        ops::rnn(steps, {}, {Tensor({1, 3}, {1, 0, 0}), Tensor({1, 3}, {0, 0, 0}), {}}, {ones},
                 {.cell = op::CellKind::GRU});
    expect_close(gated.output, x, exact_sigmoid, 1.5e-7);
  }
}

TEST(OneDnnAccuracy, TanhOfSmallNumbersIsAsExactAsTheyAre) {
  for (const float x : {1e-30f, 1e-7f, 1e-5f, 1e-3f, 0.1f}) {
    const double y = ops::tanh(Tensor({1}, {x})).item();
    EXPECT_NEAR(y / std::tanh(static_cast<double>(x)), 1, 3e-7) << x;
  }
}

TEST(OneDnnAccuracy, NanPassesThroughGates) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    const TargetScope scope(target);
    for (const auto cell : {op::CellKind::SimpleRNN, op::CellKind::LSTM, op::CellKind::GRU}) {
      const std::int64_t gates = op::gates_of(cell);
      const auto y = ops::rnn(Tensor({2, 1, 1}, {nan, 1}), {},
                              {ops::ones({1, gates}), ops::ones({1, gates}), {}}, {},
                              {.cell = cell, .reset_after = false});
      EXPECT_TRUE(std::isnan(y.output.item({0, 0}))) << op::name_of(cell);
      EXPECT_FALSE(std::isnan(y.output.item({1, 0}))) << op::name_of(cell);
    }
  }
}

TEST(OneDnnCache, StaysBoundedOverManyShapes) {
  for (std::int64_t k = 1; k <= static_cast<std::int64_t>(kMostPrimitives) + 40; ++k) {
    ops::dense(ops::ones({64, k}), ops::ones({k, 1}), {});
  }
  EXPECT_EQ(cached_primitives(), kMostPrimitives);
}

TEST(OneDnnCache, FewPrimitivesServeAnyNumberOfRows) {
  const std::size_t before = cached_primitives();
  const Tensor kernel = ops::ones({24, 40});
  for (std::int64_t rows = 1; rows < 1500; rows += 7) {
    ops::dense(ops::ones({rows, 24}), kernel, {});
  }
  const std::size_t made = cached_primitives() - std::min(before, cached_primitives());
  // Four powers of two and three multiples of sixteen, for one thread and for all.
  EXPECT_LE(made, 14U);
}

TEST(OneDnnCache, FewRowsMakeNoPrimitives) {
  const std::size_t before = cached_primitives();
  const Tensor kernel = ops::ones({25, 41});
  for (std::int64_t rows = 1; rows < 64; ++rows) ops::dense(ops::ones({rows, 25}), kernel, {});
  EXPECT_EQ(cached_primitives(), before);
}

TEST(OneDnnCache, SizesOfBatchesMakeNoPrimitives) {
  const Tensor kernel = ops::ones({3, 6, 10});
  const auto run = [&](std::int64_t batch, std::int64_t steps) {
    const Tensor x = ops::ones({batch, steps, 6});
    ops::matmul(x, x, {.transpose_b = true});
    ops::conv1d(x, kernel, {}, {});
    ops::softmax(ops::layer_norm(x, {}, {}, 1e-3));
  };
  for (std::int64_t size = 3; size < 20; ++size) run(size, size);
  const std::size_t before = cached_primitives();
  for (std::int64_t size = 3; size < 20; ++size) run(40 - size, 2 * size);
  EXPECT_LE(cached_primitives(), before + 6);
}

TEST(OneDnnMemory, IsUsedAgainAndBounded) {
  const Shape shape{300, 300};
  const std::byte* first = pooled_tensor(shape, DType::Float32).storage()->bytes();
  EXPECT_EQ(pooled_tensor(shape, DType::Float32).storage()->bytes(), first);
  for (std::int64_t megabytes = 1; megabytes <= 40; ++megabytes) {
    const Tensor two[] = {pooled_tensor({megabytes << 18}, DType::Float32),
                          pooled_tensor({megabytes << 18}, DType::Float32)};
    EXPECT_NE(two[0].storage()->bytes(), two[1].storage()->bytes());
  }
  EXPECT_GT(pooled_bytes(), kMostPooled);
  EXPECT_LE(pooled_bytes(), std::size_t{160} << 20);
}

TEST(OneDnnMemory, IsKeptForAllSizesOfOnePass) {
  const auto pass = [] {  // as a block of an encoder with inner features
    std::set<const std::byte*> blocks;
    for (const std::int64_t megabytes : {48, 12, 12, 12}) {
      const Tensor x = pooled_tensor({megabytes << 18}, DType::Float32);
      const Tensor y = pooled_tensor({12 << 18}, DType::Float32);
      blocks.insert({x.storage()->bytes(), y.storage()->bytes()});
    }
    return blocks;
  };
  EXPECT_EQ(pass(), pass());
}

TEST(OneDnnWeights, ArePackedOnce) {
  RandomTensors random(1);
  const Tensor kernel = random({64, 64});
  const dnnl::memory::desc plain({64, 64}, dnnl::memory::data_type::f32,
                                 dnnl::memory::format_tag::ab);
  const dnnl::memory::desc wanted({64, 64}, dnnl::memory::data_type::f32,
                                  dnnl::memory::format_tag::BA16a64b);
  const void* first = packed(kernel, plain, wanted).get_data_handle();
  EXPECT_NE(first, kernel.storage()->bytes());
  EXPECT_EQ(packed(kernel, plain, wanted).get_data_handle(), first);
  EXPECT_EQ(packed(kernel.viewed_as({64, 64}), plain, wanted).get_data_handle(), first);
  EXPECT_EQ(packed(kernel, plain, plain).get_data_handle(), kernel.storage()->bytes());

  const Tensor recurrent = random({8, 32});
  EXPECT_EQ(pack_cell(CellPass::LSTM, recurrent), pack_cell(CellPass::LSTM, recurrent));
}

/// A classifier with all that people run: masks, recurrence, attention, pooling.
class SmallModel {
 public:
  Tensor operator()(const Tensor& ids) const {
    const Tensor mask = ops::not_equal(ids, 0);
    const Tensor x = ops::embedding(ids, table_);
    const Tensor forward = ops::rnn(x, Mask(mask), lstm_, {}, {.return_sequences = true}).output;
    const op::Rnn backward{
        .cell = op::CellKind::GRU, .go_backwards = true, .return_sequences = true};
    const Tensor back = ops::flip(ops::rnn(x, Mask(mask), gru_, {}, backward).output, 1);
    const Tensor both = ops::concatenate({forward, back}, -1);
    const Tensor normal = ops::layer_norm(both, gamma_, {}, 1e-3);
    const Tensor attended = attend(normal, mask);
    const Tensor pooled =
        ops::reduce_steps(ops::add(normal, attended), Mask(mask), ops::StepsReduce::Mean);
    const Tensor best = ops::reduce_steps(normal, Mask(mask), ops::StepsReduce::Max);
    const Tensor hidden =
        ops::dense(ops::concatenate({pooled, best}, -1), hidden_, bias_, op::UnaryKind::Relu);
    return ops::softmax(ops::dense(hidden, last_, {}));
  }

 private:
  Tensor attend(const Tensor& x, const Tensor& mask) const {
    const std::int64_t steps = x.size(1);
    const Shape heads{x.size(0), steps, 2, 8};
    const Tensor queries = ops::reshape(ops::dense(x, query_, {}), heads);
    const Tensor seen =
        ops::attention(queries, queries, queries, {.key = mask}, {.causal = true}).output;
    return ops::reshape(seen, x.shape());
  }

  mutable RandomTensors random_{7};
  Tensor table_ = random_({50, 12});
  ops::RnnWeights lstm_{random_({12, 32}), random_({8, 32}), random_({32})};
  ops::RnnWeights gru_{random_({12, 24}), random_({8, 24}), random_({2, 24})};
  Tensor gamma_ = random_({16});
  // Small, as the exponentials of large scores magnify what rounding leaves.
  Tensor query_ = ops::multiply(random_({16, 16}), 0.25);
  Tensor hidden_ = ops::multiply(random_({32, 20}), 0.25);
  Tensor bias_ = random_({20});
  Tensor last_ = ops::multiply(random_({20, 3}), 0.25);
};

Tensor some_ids(std::int64_t batch, std::int64_t steps) {
  RandomTensors random(3);
  return ops::maximum(random({batch, steps}, DType::Int32, -20, 49), 0);
}

TEST(OneDnnModel, MakesNoCallIntoTheReference) {
  const SmallModel model;
  const Tensor ids = some_ids(9, 13);
  std::set<std::string> others;
  const OpObserver observer([&](const op::Operation& operation, std::string_view owner, auto) {
    if (owner != "onednn") others.insert(std::string(op::name_of(operation)));
  });
  const Tensor wide = ops::cast(ids, DType::Int64);
  ops::logical_or(ops::any(ops::not_equal(wide, 0)), ops::all(ops::equal(ids, 0)));
  ops::sum(ops::cast(ops::not_equal(ids, 0), DType::Int32), {1});
  model(ids);
  EXPECT_EQ(others, std::set<std::string>());
}

TEST(OneDnnModel, AgreesWithTheReference) {
  const SmallModel model;
  const Tensor ids = some_ids(9, 13);
  const Tensor actual = model(ids);
  const BackendScope scope(backend("reference"));
  EXPECT_TRUE(conformance::agree(actual, model(ids), 2e-6));
}

bool same_bits(const Tensor& a, const Tensor& b) { return equal(a, b); }

TEST(OneDnnModel, EightThreadsGiveTheBitsOfOne) {
  const SmallModel model;
  const Tensor ids = some_ids(70, 31);
  const Tensor expected = SmallModel()(ids);  // with packed weights of its own
  std::vector<int> wrong(8, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) count += same_bits(model(ids), expected) ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(8, 0));
}

TEST(OneDnnModel, OneSequenceGivesTheSameAloneAndAmongOthers) {
  RandomTensors random(5);
  const Tensor x = random({23, 11, 8});
  const ops::RnnWeights weights{random({8, 80}), random({20, 80}), random({80})};
  const Tensor all = ops::rnn(x, {}, weights, {}, {}).output;
  for (int row = 0; row < 23; ++row) {
    const Tensor alone =
        ops::rnn(ops::slice(x, {.begin = row, .end = row + 1}), {}, weights, {}, {}).output;
    EXPECT_TRUE(conformance::agree(alone, ops::slice(all, {.begin = row, .end = row + 1}), 1e-6));
  }
}

TEST(OneDnnModel, EveryThreadCountGivesTheSame) {
  RandomTensors random(5);
  // Large enough for one sequence to be shared out by units.
  const Tensor x = random({2, 6, 16});
  const ops::RnnWeights weights{random({16, 1920}, DType::Float32, -0.1, 0.1),
                                random({640, 1920}, DType::Float32, -0.1, 0.1), random({2, 1920})};
  for (const bool reset_after : {true, false}) {
    const ops::RnnWeights own{weights.kernel, weights.recurrent_kernel,
                              reset_after ? weights.bias : ops::select(weights.bias, 0, 0)};
    const op::Rnn options{.cell = op::CellKind::GRU, .reset_after = reset_after};
    const ThreadScope one(1);
    const Tensor expected = ops::rnn(x, {}, own, {}, options).output;
    for (const int threads : {2, 3, 8}) {
      const ThreadScope more(threads);
      EXPECT_TRUE(conformance::agree(ops::rnn(x, {}, own, {}, options).output, expected, 1e-6))
          << threads;
    }
  }
}

std::string error_of(const Backend& backend, const op::Operation& operation,
                     const Tensors& inputs) {
  const BackendScope scope(backend);
  try {
    run(operation, inputs);
  } catch (const ValueError& error) {
    return error.message();
  }
  return "none";
}

TEST(OneDnnErrors, AreThoseOfTheReference) {
  const Tensor table = ops::ones({5, 2});
  const Tensor ids({2, 2}, std::vector<std::int32_t>{1, 2, 3, 5});
  EXPECT_EQ(error_of(onednn_backend(), op::Embedding{}, {ids, table}),
            error_of(backend("reference"), op::Embedding{}, {ids, table}));
  EXPECT_EQ(
      error_of(onednn_backend(), op::Embedding{}, {ids, table}),
      "embedding: token id 5 at (1, 1) is outside the vocabulary; ids must be from 0 to 4, so "
      "raise input_dim or check the tokens");
  EXPECT_EQ(error_of(onednn_backend(), op::Take{.axis = 0}, {table, ids}),
            error_of(backend("reference"), op::Take{.axis = 0}, {table, ids}));
}

}  // namespace
}  // namespace domino::onednn
