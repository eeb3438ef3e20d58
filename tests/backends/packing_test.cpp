#include "domino/backends/packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <span>
#include <vector>

#include "domino/backends/execution.h"
#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "tests/backends/values.h"

namespace domino::conformance {
namespace {

/// A map on which about every second place shows the row of another one.
SharedRowMap random_map(std::int64_t places, Random& random) {
  const std::int64_t rows = std::max<std::int64_t>(places / 2, 1);
  std::vector<std::int32_t> row_of;
  for (std::int64_t place = 0; place < places; ++place) {
    const double drawn = random.uniform(0, static_cast<double>(rows));
    row_of.push_back(static_cast<std::int32_t>(place < rows ? place : drawn));
  }
  return std::make_shared<const RowMap>(Tensor({places}, row_of), rows);
}

/// How the operands of a case are packed.
struct Way {
  std::string name;
  int axes;                                 ///< leading axes that are mapped
  bool one_map;                             ///< operands with equal places share it
  std::function<bool(std::size_t)> packed;  ///< whether operand i is
};

std::vector<Way> ways() {
  const auto all = [](std::size_t) { return true; };
  std::vector<Way> ways;
  for (const int axes : {1, 2}) {
    ways.push_back({fmt::format("all of {} axes by one map", axes), axes, true, all});
    ways.push_back({fmt::format("all of {} axes", axes), axes, false, all});
    for (const std::size_t only : {0U, 1U, 2U}) {
      ways.push_back({fmt::format("operand {} of {} axes", only, axes), axes, true,
                      [only](std::size_t i) { return i == only; }});
    }
  }
  return ways;
}

std::int64_t places_of(const Tensor& x, int axes) {
  return std::accumulate(x.shape().begin(), x.shape().begin() + axes, std::int64_t{1},
                         std::multiplies<>());
}

/// The operands packed on `backend`, where they can be.
Tensors packed(const Case& one, const Way& way, const Backend& backend, std::uint64_t seed) {
  Random random(seed);
  const BackendScope scope(backend);
  std::map<std::int64_t, SharedRowMap> maps;
  Tensors inputs;
  for (std::size_t i = 0; i < one.inputs.size(); ++i) {
    const Tensor& x = one.inputs[i];
    const bool can = x.defined() && x.rank() >= way.axes && x.elements() > 0;
    if (!can || x.dtype() == DType::String || !way.packed(i)) {
      inputs.push_back(x.defined() ? backend.upload(x) : x);
      continue;
    }
    const std::int64_t places = places_of(x, way.axes);
    SharedRowMap& map = maps[places];
    if (map == nullptr || !way.one_map) map = random_map(places, random);
    inputs.push_back(pack(backend.upload(x), map));
    // `pack` maps two axes if it can, as masks do.
    const Tensor rows = inputs.back().rows();
    inputs.back() = Tensor::packed(rows, map, x.shape());
  }
  return inputs;
}

/// The same numbers, not packed, on the host.
Tensors unpacked(const Tensors& inputs, const Backend& backend) {
  const BackendScope scope(backend);
  Tensors whole;
  for (const Tensor& x : inputs) {
    whole.push_back(x.defined() ? backend.download(unpack(x)) : x);
  }
  return whole;
}

/// Whether the reference takes its time for such a case, so that one way has to do.
bool is_large(const Case& one) {
  return std::ranges::any_of(
      one.inputs, [](const Tensor& x) { return x.defined() && x.elements() > (1 << 13); });
}

class Packing : public ::testing::TestWithParam<std::tuple<std::string_view, Family>> {};

TEST_P(Packing, ChangesNothing) {
  const auto& [name, family] = GetParam();
  const Backend& device = backend(name);
  std::uint64_t seed = 0;
  for (const Case& one : family.cases()) {
    const std::vector<Way> all = ways();
    for (const Way& way : std::span(all).first(is_large(one) ? 1 : all.size())) {
      SCOPED_TRACE(fmt::format("{} of {}, {}", one.name, describe(one.inputs), way.name));
      const Tensors inputs = packed(one, way, device, ++seed);
      const Tensors expected = reference_run(one.operation, unpacked(inputs, device));
      const BackendScope scope(device);
      const Tensors actual = run(one.operation, inputs);
      ASSERT_EQ(actual.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_TRUE(agree(device.download(unpack(actual[i])), expected[i], one.tolerance))
            << "output " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, Packing,
                         ::testing::Combine(::testing::ValuesIn(available_backends()),
                                            ::testing::ValuesIn(families())),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param)) + "_" +
                                  std::string(std::get<1>(info.param).name);
                         });

/// Two sequences of three and one step, padded to four.
Mask mask() { return Mask({2, 4}, {1, 1, 1, 0, 1, 0, 0, 0}); }

Tensor sequences() { return pack(pattern({2, 4, 6}), mask().row_map()); }

TEST(PackedSequences, HaveARowForEachKeptStepAndOneForTheOthers) {
  const Tensor x = sequences();
  EXPECT_EQ(x.shape(), (Shape{2, 4, 6}));
  EXPECT_EQ(x.rows().shape(), (Shape{5, 6}));
  EXPECT_THAT(x.row_map()->row_of(), ::testing::ElementsAre(0, 1, 2, 4, 3, 4, 4, 4));
}

TEST(PackedSequences, StayPackedWhereEachStepIsTreatedAlike) {
  const Tensor x = sequences();
  const Tensor y = pack(pattern({2, 4, 6}, 5), x.row_map());
  const Tensor kernel = pattern({6, 3});
  const std::vector<std::pair<std::string, Tensor>> results = {
      {"relu", ops::relu(x)},
      {"cast", ops::cast(x, DType::Float64)},
      {"add a number", ops::add(x, 1)},
      {"add features", ops::add(x, pattern({6}))},
      {"add positions", ops::add(x, pattern({1, 4, 6}))},
      {"add", ops::add(x, y)},
      {"where", ops::where(ops::expand_dims(mask(), -1), x, 0)},
      {"dense", ops::dense(x, kernel, {})},
      {"matmul", ops::matmul(x, kernel)},
      {"layer_norm", ops::layer_norm(x, {}, {}, 1e-3)},
      {"softmax", ops::softmax(x)},
      {"mean of the features", ops::mean(x, {-1})},
      {"reshape the features", ops::reshape(x, {2, 4, 3, 2})},
      {"join the steps", ops::reshape(x, {8, 6})},
      {"concatenate features", ops::concatenate({x, y})},
      {"a part of the features", ops::slice(x, {.axis = 2, .end = 2})},
      {"the other way round", ops::flip(x, 1)},
      {"swap the features", ops::transpose(ops::reshape(x, {2, 4, 3, 2}), {0, 1, 3, 2})},
      {"embedding", ops::embedding(ops::cast(ops::abs(x), DType::Int32), pattern({3, 2}))},
  };
  for (const auto& [name, result] : results) EXPECT_TRUE(result.is_packed()) << name;
}

TEST(PackedSequences, OfTokensHaveARowForEachDifferentOne) {
  const Tensor table = pattern({9, 3});
  const Tensor ids = ints({2, 4}, {7, 2, 7, 2, 2, 0, 0, 7});
  for (const DType dtype : {DType::Int32, DType::Int64}) {
    const Tensor x = ops::embedding(ops::cast(ids, dtype), table);
    EXPECT_EQ(x.shape(), (Shape{2, 4, 3}));
    ASSERT_TRUE(x.is_packed());
    EXPECT_THAT(x.row_map()->row_of(), ::testing::ElementsAre(0, 1, 0, 1, 1, 2, 2, 0));
    EXPECT_TRUE(agree(unpack(x), ops::take(table, ids, 0), 0));
  }
  EXPECT_FALSE(ops::embedding(ints({2, 4}, {0, 1, 2, 3, 4, 5, 6, 7}), table).is_packed());
}

TEST(PackedSequences, OfTokensKeepTheRowThatNobodySees) {
  const auto row_of = std::vector<std::int32_t>{0, 1, 2, 3, 4, 3, 3, 3};
  const auto map = std::make_shared<const RowMap>(Tensor({8}, row_of), 5, 3);
  const Tensor ids = Tensor::packed(ints({5}, {5, 6, 5, 5, 6}), map, {2, 4});
  const Tensor x = ops::embedding(ids, pattern({9, 3}));
  EXPECT_EQ(x.row_map()->unseen(), 2);
  EXPECT_THAT(x.row_map()->row_of(), ::testing::ElementsAre(0, 1, 0, 2, 1, 2, 2, 2));
}

TEST(PackedSequences, AreUnpackedWhereStepsMeetOrRowsSaveNothing) {
  const Tensor x = sequences();
  EXPECT_FALSE(ops::max(x, {1}).is_packed());
  EXPECT_FALSE(ops::add(x, pattern({2, 4, 6})).is_packed());
  EXPECT_FALSE(ops::slice(x, {.axis = 1, .end = 1}).is_packed());
  EXPECT_FALSE(ops::conv1d(x, pattern({2, 6, 3}), {}, {}).is_packed());
}

TEST(PackedSequences, AreReducedOverTheirStepsAsTheyAre) {
  std::vector<std::int64_t> rows;
  const OpObserver observer([&](const op::Operation&, std::string_view, op::Inputs inputs) {
    rows.push_back(inputs[0].is_packed() ? inputs[0].rows().size(0) : -1);
  });
  const Tensor x = sequences();
  rows.clear();
  for (const auto& reduced : {ops::sum(x, {1}), ops::mean(x, {1}), ops::max(x, {1}, true)}) {
    EXPECT_EQ(reduced.size(-1), 6);
  }
  EXPECT_THAT(rows, ::testing::Each(5));
}

TEST(PackedSequences, ArePackedAnewWithoutCopiesIfTheRowsAreTheSame) {
  const Tensor x = sequences();
  const Tensor places({8}, std::vector<std::int32_t>{0, 1, 2, 4, 3, 0, 0, 0});
  const Tensor other =
      Tensor::packed(x.rows(), std::make_shared<const RowMap>(places, 5), x.shape());
  EXPECT_EQ(pack(other, x.row_map()).rows().storage(), x.rows().storage());
}

TEST(PackedSequences, OutOfARecurrenceRepeatTheLastRowUnderTheMask) {
  const op::Rnn rnn{.cell = op::CellKind::SimpleRNN, .return_sequences = true};
  const auto result =
      ops::rnn(sequences(), mask(), {pattern({6, 2}), pattern({2, 2}, 3), {}}, {}, rnn);
  ASSERT_TRUE(result.output.is_packed());
  EXPECT_THAT(result.output.row_map()->row_of(), ::testing::ElementsAre(0, 1, 2, 2, 3, 3, 3, 3));
}

TEST(PackedSequences, AreNotMadeWithPackingOff) {
  const ExecutionScope off({.packing = false});
  const op::Rnn rnn{.cell = op::CellKind::SimpleRNN, .return_sequences = true};
  const auto result =
      ops::rnn(pattern({2, 4, 6}), mask(), {pattern({6, 2}), pattern({2, 2}, 3), {}}, {}, rnn);
  EXPECT_FALSE(result.output.is_packed());
}

TEST(PackedSequences, ErrorsNameThePlaceInTheWholeTensor) {
  const Tensor ids = pack(ints({2, 4}, {1, 2, 9, 0, 1, 0, 0, 0}), mask().row_map());
  EXPECT_THAT(
      [&] {
        ops::embedding(ids, pattern({3, 2}));
      },
      ::testing::ThrowsMessage<ValueError>(::testing::HasSubstr("id 9 at (0, 2)")));
  EXPECT_THAT(
      [&] {
        ops::embedding(ints({2, 3}, {1, 1, 1, 1, 3, 1}), pattern({3, 2}));
      },
      ::testing::ThrowsMessage<ValueError>(::testing::HasSubstr("id 3 at (1, 1)")));
}

}  // namespace
}  // namespace domino::conformance
