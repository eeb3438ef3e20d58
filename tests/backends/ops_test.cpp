#include "domino/backends/ops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "domino/backends/backend.h"
#include "domino/core/error.h"
#include "tests/backends/values.h"

namespace domino {
namespace {

using conformance::bools;
using conformance::ints;
using conformance::is;
using conformance::kInf;
using conformance::kNan;
using conformance::pattern;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

/// Each verb on every backend whose tensors the host can read.
class Ops : public ::testing::TestWithParam<std::string_view> {
 private:
  BackendScope scope_{backend(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(Backends, Ops, ::testing::Values("reference", "onednn"),
                         [](const auto& info) { return std::string(info.param); });

template <class E, class F>
void expect_error(F call, const std::string& text) {
  EXPECT_THAT(call, Throws<E>(Property(&Error::message, HasSubstr(text))));
}

Tensor of_type(DType dtype) { return ops::full({1}, 1, dtype); }

// What two types become together was asked of keras.ops 3.15.1.

TEST_P(Ops, TypesMeetAsInKeras) {
  const auto sum = [](DType a, DType b) { return ops::add(of_type(a), of_type(b)).dtype(); };
  EXPECT_EQ(sum(DType::Int32, DType::Float16), DType::Float16);
  EXPECT_EQ(sum(DType::Int64, DType::Float32), DType::Float32);
  EXPECT_EQ(sum(DType::Bool, DType::Int8), DType::Int8);
  EXPECT_EQ(sum(DType::UInt8, DType::Int8), DType::Int16);
  EXPECT_EQ(sum(DType::Int64, DType::BFloat16), DType::BFloat16);
  EXPECT_EQ(sum(DType::UInt32, DType::Int32), DType::Int64);
  EXPECT_EQ(sum(DType::UInt64, DType::Int64), DType::Float32);
  EXPECT_EQ(sum(DType::Float16, DType::BFloat16), DType::Float32);
}

TEST_P(Ops, PlainNumbersTakeTheTypeBesideThem) {
  const auto plus = [](DType dtype, const ops::Operand& number) {
    return ops::add(of_type(dtype), number).dtype();
  };
  EXPECT_EQ(plus(DType::Int32, 1.5), DType::Float32);
  EXPECT_EQ(plus(DType::Int64, 1.5), DType::Float32);
  EXPECT_EQ(plus(DType::Float16, 1.5), DType::Float16);
  EXPECT_EQ(plus(DType::UInt8, 1), DType::UInt8);
  EXPECT_EQ(plus(DType::Bool, 1), DType::Int32);
  EXPECT_EQ(ops::multiply(of_type(DType::Bool), 1.5).dtype(), DType::Float32);
  EXPECT_EQ(ops::where(of_type(DType::Bool), of_type(DType::Int32), 2.5).dtype(), DType::Float32);
  EXPECT_TRUE(is(ops::subtract(1.0, Tensor({2}, {0.25F, 3})), Tensor({2}, {0.75F, -2})));
}

TEST_P(Ops, DivisionIsTrueAndReductionsWiden) {
  EXPECT_TRUE(is(ops::divide(ints({2}, {7, -7}), ints({}, {2})), Tensor({2}, {3.5F, -3.5F})));
  EXPECT_EQ(ops::mean(of_type(DType::Int64)).dtype(), DType::Float32);
  EXPECT_EQ(ops::sum(of_type(DType::UInt16)).dtype(), DType::UInt32);
  EXPECT_EQ(ops::sum(of_type(DType::Bool)).dtype(), DType::Int32);
  EXPECT_EQ(ops::sum(of_type(DType::Int64)).dtype(), DType::Int64);
  EXPECT_EQ(ops::sqrt(of_type(DType::Int64)).dtype(), DType::Float32);
  EXPECT_EQ(ops::prod(of_type(DType::Int8)).dtype(), DType::Int32);
}

TEST_P(Ops, BroadcastBothWays) {
  const Tensor column({2, 1}, {10, 20});
  const Tensor row({3}, {1, 2, 3});
  EXPECT_TRUE(is(ops::add(column, row), Tensor({2, 3}, {11, 12, 13, 21, 22, 23})));
  EXPECT_TRUE(is(ops::add(row, column), Tensor({2, 3}, {11, 12, 13, 21, 22, 23})));
  expect_error<ShapeError>([&] { ops::add(row, pattern({2})); }, "(3,) and (2,) do not broadcast");
}

TEST_P(Ops, ComparisonsAndLogicGiveBools) {
  const Tensor x({3}, {1, 2, 3});
  EXPECT_TRUE(is(ops::less(x, 2), bools({3}, {true, false, false})));
  EXPECT_TRUE(is(ops::not_equal(x, 2), bools({3}, {true, false, true})));
  EXPECT_TRUE(
      is(ops::logical_and(x, bools({3}, {true, false, true})), bools({3}, {true, false, true})));
  EXPECT_TRUE(is(ops::logical_not(Tensor({3}, {0, 0.3F, kNan})), bools({3}, {true, false, false})));
  EXPECT_TRUE(is(ops::any(Tensor({2, 2}, {0, 0, 0, 0.5F}), {1}), bools({2}, {false, true})));
  EXPECT_TRUE(is(ops::all(ints({2, 2}, {1, 0, 2, 3}), {1}), bools({2}, {false, true})));
}

TEST_P(Ops, ClipKeepsTheTypeAndNan) {
  EXPECT_TRUE(
      is(ops::clip(Tensor({4}, {-3, 0.5F, 9, kNan}), -1, 2), Tensor({4}, {-1, 0.5F, 2, kNan})));
  EXPECT_TRUE(is(ops::clip(ints({3}, {1, 3, 7}), 2, 5), ints({3}, {2, 3, 5})));
}

TEST_P(Ops, WhereTakesAnyConditionAndBroadcasts) {
  EXPECT_TRUE(is(ops::where(Tensor({2, 1}, {0.3F, 0}), Tensor({3}, {1, 2, 3}), -1.0),
                 Tensor({2, 3}, {1, 2, 3, -1, -1, -1})));
}

TEST_P(Ops, ReshapeFindsTheOpenSize) {
  const Tensor x = pattern({2, 3, 4});
  EXPECT_EQ(ops::reshape(x, {2, -1}).shape(), (Shape{2, 12}));
  EXPECT_EQ(ops::reshape(x, {-1}).shape(), Shape{24});
  EXPECT_EQ(ops::reshape(ops::zeros({0, 4}), {-1, 2}).shape(), (Shape{0, 2}));
  EXPECT_EQ(ops::reshape(pattern({1}), {}).shape(), Shape{});
  EXPECT_TRUE(is(ops::reshape(x, {4, 6}), pattern({4, 6})));
  expect_error<ShapeError>([&] { ops::reshape(x, {5, -1}); }, "(2, 3, 4) does not fit into");
  expect_error<ShapeError>([&] { ops::reshape(x, {5, 5}); }, "(2, 3, 4) does not fit into (5, 5)");
  expect_error<ShapeError>([&] { ops::reshape(x, {-1, -1}); }, "more than one size open");
}

TEST_P(Ops, AxesOfOneComeAndGo) {
  const Tensor x = pattern({2, 3});
  EXPECT_EQ(ops::expand_dims(x, 0).shape(), (Shape{1, 2, 3}));
  EXPECT_EQ(ops::expand_dims(x, -1).shape(), (Shape{2, 3, 1}));
  EXPECT_EQ(ops::expand_dims(x, -3).shape(), (Shape{1, 2, 3}));
  EXPECT_EQ(ops::squeeze(pattern({1, 2, 1})).shape(), Shape{2});
  EXPECT_EQ(ops::squeeze(pattern({1, 2, 1}), -1).shape(), (Shape{1, 2}));
  expect_error<ShapeError>([&] { ops::squeeze(x, 0); }, "squeeze: axis 0 of (2, 3) is not 1");
  EXPECT_THROW(ops::expand_dims(x, 4), ShapeError);
}

TEST_P(Ops, Transpose) {
  const Tensor x({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(is(ops::transpose(x, {1, 0}), Tensor({3, 2}, {1, 4, 2, 5, 3, 6})));
  EXPECT_TRUE(is(ops::transpose(x, {0, 1}), x));
  EXPECT_THROW(ops::transpose(x, {0, 0}), ShapeError);
  EXPECT_THROW(ops::transpose(x, {0}), ShapeError);
}

TEST_P(Ops, ConcatenateMeetsTypesAndStackMakesAnAxis) {
  EXPECT_TRUE(
      is(ops::concatenate({Tensor({1, 2}, {1, 2}), ints({1, 1}, {3})}), Tensor({1, 3}, {1, 2, 3})));
  const Tensors parts{Tensor({2}, {1, 2}), Tensor({2}, {3, 4})};
  EXPECT_TRUE(is(ops::stack(parts), Tensor({2, 2}, {1, 2, 3, 4})));
  EXPECT_TRUE(is(ops::stack(parts, -1), Tensor({2, 2}, {1, 3, 2, 4})));
  expect_error<ShapeError>(
      [&] {
        ops::concatenate({pattern({2, 3}), pattern({3, 2})}, 0);
      },
      "concatenate: shapes (2, 3) and (3, 2) differ outside axis 0");
}

TEST_P(Ops, SplitCutsEqualParts) {
  const Tensors parts = ops::split(Tensor({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}), 2, -1);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_TRUE(is(parts[0], Tensor({2, 2}, {1, 2, 5, 6})));
  EXPECT_TRUE(is(parts[1], Tensor({2, 2}, {3, 4, 7, 8})));
  expect_error<ShapeError>(
      [] {
        ops::split(pattern({2, 4}), 3, 1);
      },
      "split: axis 1 of (2, 4) does not divide into 3 equal parts");
}

/// x[begin:end:step] of 0 ... 4, as Python has it.
std::vector<float> sliced(std::int64_t begin, std::optional<std::int64_t> end, std::int64_t step) {
  const Tensor y =
      ops::slice(ops::arange(0, 1, 5, DType::Float32), {.begin = begin, .end = end, .step = step});
  return {y.data<float>().begin(), y.data<float>().end()};
}

TEST_P(Ops, SliceIsThatOfPython) {
  EXPECT_THAT(sliced(1, 3, 1), ElementsAre(1, 2));
  EXPECT_THAT(sliced(-2, {}, 1), ElementsAre(3, 4));
  EXPECT_THAT(sliced(0, -1, 2), ElementsAre(0, 2));
  EXPECT_THAT(sliced(1, 99, 3), ElementsAre(1, 4));
  EXPECT_THAT(sliced(-99, 2, 1), ElementsAre(0, 1));
  EXPECT_THAT(sliced(3, 3, 1), ElementsAre());
  EXPECT_THAT(sliced(4, 1, 1), ElementsAre());
  EXPECT_THAT(sliced(-1, {}, -1), ElementsAre(4, 3, 2, 1, 0));
  EXPECT_THAT(sliced(3, 0, -2), ElementsAre(3, 1));
  EXPECT_THAT(sliced(99, -99, -3), ElementsAre(4, 1));
  EXPECT_THAT(sliced(1, 3, -1), ElementsAre());
  expect_error<ValueError>([] { sliced(0, {}, 0); }, "slice: a step of 0");
}

TEST_P(Ops, SelectTakesAnEntryAndItsAxisAway) {
  const Tensor x({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(is(ops::select(x, 1, -1), Tensor({2}, {3, 6})));
  EXPECT_TRUE(is(ops::select(x, 0, 1), Tensor({3}, {4, 5, 6})));
  expect_error<ShapeError>([&] { ops::select(x, 1, 3); }, "entry 3 does not exist on axis 1");
}

TEST_P(Ops, FlipRepeatAndPad) {
  const Tensor x({2, 2}, {1, 2, 3, 4});
  EXPECT_TRUE(is(ops::flip(x, 0), Tensor({2, 2}, {3, 4, 1, 2})));
  EXPECT_TRUE(is(ops::flip(x, -1), Tensor({2, 2}, {2, 1, 4, 3})));
  EXPECT_TRUE(is(ops::flip(ops::zeros({0, 2}), 0), ops::zeros({0, 2})));
  EXPECT_TRUE(is(ops::repeat(x, 2, 0), Tensor({4, 2}, {1, 2, 1, 2, 3, 4, 3, 4})));
  EXPECT_TRUE(is(ops::repeat(x, 2, -1), Tensor({2, 4}, {1, 1, 2, 2, 3, 3, 4, 4})));
  EXPECT_TRUE(is(ops::pad(x, 1, 1, 2, 9), Tensor({2, 5}, {9, 1, 2, 9, 9, 9, 3, 4, 9, 9})));
  EXPECT_TRUE(is(ops::pad(x, 0, 1, 0), Tensor({3, 2}, {0, 0, 1, 2, 3, 4})));
  EXPECT_TRUE(is(ops::pad(x, -1, 0, 1), Tensor({2, 3}, {1, 2, 0, 3, 4, 0})));
  EXPECT_TRUE(is(ops::pad(x, 0, 0, 0), x));
}

TEST_P(Ops, TakeAndEmbeddingCastTheirIndices) {
  const Tensor x({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor ids({1, 2}, {2.9F, 0});
  EXPECT_TRUE(is(ops::take(x, ids, 0), Tensor({1, 2, 2}, {5, 6, 1, 2})));
  EXPECT_TRUE(is(ops::embedding(ids, x), Tensor({1, 2, 2}, {5, 6, 1, 2})));
  const std::int64_t beyond = (std::int64_t{1} << 32) + 1;
  expect_error<ValueError>(
      [&] { ops::embedding(Tensor({1}, std::vector<std::int64_t>{beyond}), x); },
      "token id 4294967297 at (0,)");
  expect_error<ValueError>([&] { ops::embedding(Tensor({1}, {kNan}), x); },
                           "token id -2147483648 at (0,) is outside the vocabulary");
  expect_error<ValueError>([&] { ops::take(x, Tensor({1}, std::vector<std::int64_t>{beyond}), 0); },
                           "take: index");
}

TEST_P(Ops, ReductionsTakeNegativeAxes) {
  const Tensor x({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(is(ops::sum(x), Tensor({}, {21})));
  EXPECT_TRUE(is(ops::sum(x, {-1}), Tensor({2}, {6, 15})));
  EXPECT_TRUE(is(ops::max(x, {-1, 0}, true), Tensor({1, 1}, {6})));
  EXPECT_TRUE(is(ops::mean(Tensor({}, {3})), Tensor({}, {3})));
  expect_error<ShapeError>([&] { ops::sum(x, {1, -1}); }, "an axis is named twice");
  EXPECT_THROW(ops::sum(x, {2}), ShapeError);
}

TEST_P(Ops, SoftmaxOverSeveralAxes) {
  const Tensor x = pattern({2, 3, 4});
  const Tensor together = ops::softmax(ops::reshape(x, {2, 12}), 1);
  EXPECT_TRUE(is(ops::softmax(x, ops::Axes{1, 2}), ops::reshape(together, {2, 3, 4})));
  EXPECT_TRUE(is(ops::softmax(x, ops::Axes{-1}), ops::softmax(x, 2)));
}

TEST_P(Ops, MakersMake) {
  EXPECT_TRUE(is(ops::full({2}, 1.5), Tensor({2}, {1.5F, 1.5F})));
  EXPECT_TRUE(is(ops::ones({2}, DType::Int32), ints({2}, {1, 1})));
  EXPECT_TRUE(is(ops::zeros_like(ints({1}, {5})), ints({1}, {0})));
  EXPECT_TRUE(is(ops::full_like(ints({1}, {5}), 0.5, DType::Float32), Tensor({1}, {0.5F})));
  EXPECT_TRUE(is(ops::arange(3), ints({3}, {0, 1, 2})));
  EXPECT_TRUE(is(ops::arange(-1), ints({0}, {})));
}

TEST_P(Ops, HalfTypesAreComputedInFloat32) {
  const Tensor x = ops::cast(Tensor({3}, {1, 2, 3}), DType::Float16);
  const Tensor y = ops::divide(x, 3.0);
  EXPECT_EQ(y.dtype(), DType::Float16);
  EXPECT_TRUE(is(ops::cast(y, DType::Float32), Tensor({3}, {1.0F / 3, 2.0F / 3, 1}), 5e-4));
  EXPECT_EQ(ops::less(x, 2).dtype(), DType::Bool);
  EXPECT_EQ(ops::matmul(ops::reshape(x, {1, 3}), ops::reshape(x, {3, 1})).item(), 14);
}

TEST_P(Ops, ResultsCarryNoMask) {
  const Tensor x = pattern({1, 2}).with_mask(Mask({1, 2}, {1, 0}));
  EXPECT_FALSE(ops::relu(x).mask());
  EXPECT_FALSE(ops::cast(x, x.dtype()).mask());
  EXPECT_FALSE(ops::unary(op::UnaryKind::Linear, x).mask());
  EXPECT_FALSE(ops::transpose(x, {0, 1}).mask());
  EXPECT_FALSE(ops::reshape(x, {1, 2}).mask());
  EXPECT_FALSE(ops::broadcast_to(x, {1, 2}).mask());
  EXPECT_FALSE(ops::pad(x, 1, 0, 0).mask());
  EXPECT_FALSE(ops::concatenate({x}).mask());
}

/// The definition of attention, one number at a time; `kept` says which keys a query may see.
template <class Kept>
Tensor attention_by_hand(const Tensor& q, const Tensor& k, const Tensor& v, double scale,
                         Kept kept) {
  Tensor output = Tensor::empty({q.size(0), q.size(1), q.size(2), v.size(3)}, DType::Float32);
  float* next = output.mutable_data<float>().data();
  for (std::int64_t b = 0; b < q.size(0); ++b) {
    for (std::int64_t i = 0; i < q.size(1); ++i) {
      for (std::int64_t h = 0; h < q.size(2); ++h) {
        std::vector<double> weights;
        double total = 0;
        for (std::int64_t j = 0; j < k.size(1); ++j) {
          double score = 0;
          for (std::int64_t d = 0; d < q.size(3); ++d) {
            score += q.item({b, i, h, d}) * k.item({b, j, h, d});
          }
          weights.push_back(kept(b, i, j) ? std::exp(score * scale) : 0);
          total += weights.back();
        }
        for (std::int64_t d = 0; d < v.size(3); ++d) {
          double sum = 0;
          for (std::int64_t j = 0; j < k.size(1); ++j) {
            // A query without any key: the mean of all values.
            const double weight = total > 0 ? weights[static_cast<std::size_t>(j)] / total
                                            : 1.0 / static_cast<double>(k.size(1));
            sum += weight * v.item({b, j, h, d});
          }
          *next++ = static_cast<float>(sum);
        }
      }
    }
  }
  return output;
}

TEST_P(Ops, AttentionIsTheSumOfValuesByWeight) {
  const Tensor q = pattern({2, 3, 2, 4});
  const Tensor k = pattern({2, 5, 2, 4}, 5);
  const Tensor v = pattern({2, 5, 2, 3}, 3);
  const auto all = [](auto...) { return true; };
  EXPECT_TRUE(
      is(ops::attention(q, k, v, {}, {.scale = 0.5}).output, attention_by_hand(q, k, v, 0.5, all)));
  const auto plain = ops::attention(q, k, v, {}, {.scale = 0.5, .gives_weights = true});
  EXPECT_TRUE(is(plain.output, attention_by_hand(q, k, v, 0.5, all)));
  EXPECT_EQ(plain.weights.shape(), (Shape{2, 3, 2, 5}));
  EXPECT_TRUE(is(ops::sum(plain.weights, {-1}), ops::ones({2, 3, 2})));
}

TEST_P(Ops, AttentionSeesTheKeysThatTheMaskKeeps) {
  const Tensor q = pattern({2, 3, 2, 4});
  const Tensor k = pattern({2, 5, 2, 4}, 5);
  const Tensor v = pattern({2, 5, 2, 3}, 3);
  const Tensor keys = bools({2, 1, 1, 5}, {true, true, false, true, false,  //
                                           false, false, false, false, false});
  const auto kept = [&](std::int64_t b, std::int64_t, std::int64_t j) {
    return keys.item({b, 0, 0, j}) != 0;
  };
  const auto masked = ops::attention(q, k, v, {.pairs = keys}, {.gives_weights = true});
  EXPECT_TRUE(is(masked.output, attention_by_hand(q, k, v, 1, kept)));
  EXPECT_EQ(masked.weights.item({0, 2, 1, 2}), 0);
  EXPECT_TRUE(is(ops::select(masked.weights, 0, 1), ops::full({3, 2, 5}, 0.2)));
  const auto zeroed =
      ops::attention(q, k, v, {.pairs = keys}, {.zero_empty_rows = true, .gives_weights = true});
  EXPECT_TRUE(is(ops::select(zeroed.weights, 0, 1), ops::zeros({3, 2, 5})));
  EXPECT_TRUE(is(ops::select(zeroed.output, 0, 1), ops::zeros({3, 2, 3})));
  EXPECT_TRUE(is(ops::select(zeroed.output, 0, 0), ops::select(masked.output, 0, 0)));
  const ops::AttentionMasks by_keys{.query = {}, .key = ops::reshape(keys, {2, 5}), .pairs = {}};
  const ops::AttentionMasks by_pairs{.query = {}, .key = {}, .pairs = keys};
  for (const ops::AttentionMasks& masks : {by_keys, by_pairs}) {
    EXPECT_TRUE(is(ops::attention(q, k, v, masks, {}).output, masked.output));
    EXPECT_TRUE(
        is(ops::attention(q, k, v, masks, {.zero_empty_rows = true}).output, zeroed.output));
  }
}

TEST_P(Ops, ReduceStepsCountsWhatTheMaskKeeps) {
  const Tensor x({2, 3, 2}, {1, 2, 9, 9, 3, 6, 5, 5, 5, 5, 5, 5});
  const Mask mask({2, 3}, {1, 0, 1, 0, 0, 0});
  EXPECT_TRUE(is(ops::reduce_steps(x, mask, ops::StepsReduce::Sum), Tensor({2, 2}, {4, 8, 0, 0})));
  EXPECT_TRUE(
      is(ops::reduce_steps(x, mask, ops::StepsReduce::Mean), Tensor({2, 2}, {2, 4, kNan, kNan})));
  EXPECT_TRUE(
      is(ops::reduce_steps(x, mask, ops::StepsReduce::Max), Tensor({2, 2}, {3, 6, -kInf, -kInf})));
  EXPECT_TRUE(is(ops::reduce_steps(x, std::nullopt, ops::StepsReduce::Max, 1, true),
                 Tensor({2, 1, 2}, {9, 9, 5, 5})));
}

TEST_P(Ops, ReduceStepsOverTheLastAxisAndHiddenNan) {
  const Tensor x({1, 2, 3}, {1, kNan, 3, 4, kNan, 8});
  const Mask mask(Tensor({1, 3}, {1, 0, 0.3F}));
  EXPECT_TRUE(is(ops::reduce_steps(x, mask, ops::StepsReduce::Mean, 2), Tensor({1, 2}, {2, 6})));
  EXPECT_TRUE(
      is(ops::reduce_steps(x, mask, ops::StepsReduce::Max, -1, true), Tensor({1, 2, 1}, {3, 8})));
  expect_error<MaskError>(
      [&] {
        ops::reduce_steps(x, Mask({1, 2}, {1, 1}), ops::StepsReduce::Sum, 2);
      },
      "a mask of shape (1, 2) for (1, 2, 3)");
}

class OpsRnn : public Ops {
 protected:
  ops::RnnResult run_with(const OptionalMask& mask) const {
    return ops::rnn(pattern({2, 3, 2}), mask, weights_, {},
                    {.cell = op::CellKind::GRU, .return_sequences = true});
  }

  const ops::RnnWeights weights_{pattern({2, 6}, 5), pattern({2, 6}, 3), pattern({2, 6}, 2)};
};

INSTANTIATE_TEST_SUITE_P(Backends, OpsRnn, ::testing::Values("reference", "onednn"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(OpsRnn, TakesEveryFormOfMask) {
  const Tensor expected = run_with(Mask({2, 3}, {1, 0, 1, 1, 0, 1})).output;
  EXPECT_TRUE(is(run_with(Mask({1, 3}, {1, 0, 1})).output, expected));
  EXPECT_TRUE(is(run_with(Mask({2, 3, 1}, {1, 0, 1, 1, 0, 1})).output, expected));
  EXPECT_TRUE(is(run_with(Mask({2, 3, 2}, {1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1})).output, expected));
  EXPECT_TRUE(is(run_with(Mask(Tensor({1, 3}, {0.3F, 0, -2}))).output, expected));
  EXPECT_FALSE(is(run_with(std::nullopt).output, expected));
}

TEST_P(OpsRnn, RefusesOtherMasks) {
  expect_error<MaskError>(
      [&] {
        run_with(Mask({2, 2}, {1, 1, 1, 1}));
      },
      "a mask of shape (2, 2) for a sequence of shape (2, 3, 2); expected "
      "(batch, steps), here (2, 3)");
  EXPECT_THROW(run_with(Mask({3}, {1, 1, 1})), MaskError);
  EXPECT_THROW(run_with(Mask({2, 3, 3}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})),
               MaskError);
}

TEST_P(OpsRnn, StatesComeBackAndGoIn) {
  const auto whole = run_with(std::nullopt);
  ASSERT_EQ(whole.states.size(), 1U);
  EXPECT_TRUE(is(ops::select(whole.output, 1, -1), whole.states[0]));
  const Tensor x = pattern({2, 3, 2});
  const op::Rnn options{.cell = op::CellKind::GRU, .return_sequences = true};
  const auto first = ops::rnn(ops::slice(x, {.axis = 1, .end = 2}), {}, weights_, {}, options);
  const auto rest =
      ops::rnn(ops::slice(x, {.axis = 1, .begin = 2}), {}, weights_, first.states, options);
  EXPECT_TRUE(is(rest.states[0], whole.states[0]));
}

// On meta tensors a verb gives sizes, a dtype and a value number.

Tensor meta(const Shape& shape, std::uint64_t number, DType dtype = DType::Float32) {
  return Tensor::meta(shape, dtype, {number, number});
}

TEST(OpsOnMeta, PlainNumbersArePartOfTheValue) {
  const Tensor x = meta({2, 3}, 1);
  const ValueNumber not_zero = ops::not_equal(x, 0).value_number();
  // The tensors made for plain numbers come and go; whose memory they had must not matter.
  for (int i = 0; i < 10; ++i) {
    const Tensor kept = ops::zeros({1000});
    EXPECT_EQ(ops::not_equal(x, 0).value_number(), not_zero);
    EXPECT_NE(ops::not_equal(x, 1).value_number(), not_zero);
    EXPECT_EQ(ops::pad(x, 1, 1, 0, 2).value_number(), ops::pad(x, 1, 1, 0, 2).value_number());
    EXPECT_NE(ops::pad(x, 1, 1, 0, 2).value_number(), ops::pad(x, 1, 1, 0, 3).value_number());
    EXPECT_EQ(ops::clip(x, 0, 1).value_number(), ops::clip(x, 0, 1).value_number());
    EXPECT_NE(ops::clip(x, 0, 1).value_number(), ops::clip(x, 0, 2).value_number());
  }
}

std::vector<float> floats(const Tensor& x) {
  return {x.data<float>().begin(), x.data<float>().end()};
}

TEST_P(Ops, EinsumSumsProductsOverLabels) {
  const Tensor a({1, 2, 2}, {1, 2, 3, 4});
  const Tensor b({1, 2, 2}, {5, 6, 7, 8});
  const Tensor r({2}, {1, 10});
  EXPECT_THAT(floats(ops::einsum("btd,bsd->bts", {a, b})), ElementsAre(17, 23, 39, 53));
  EXPECT_THAT(floats(ops::einsum("btd->bdt", {a})), ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(floats(ops::einsum("...d, d -> ...", {a, r})), ElementsAre(21, 43));
  EXPECT_THAT(floats(ops::einsum("btd,btd", {a, b})), ElementsAre(70));
  EXPECT_THAT(floats(ops::einsum("btd,btd,d->t", {a, b, r})), ElementsAre(125, 341));
  expect_error<ValueError>([&] { ops::einsum("btd->btx", {a}); },
                           "no operand names the output axis 'x'");
  expect_error<ValueError>([&] { ops::einsum("btt->b", {a}); }, "names an axis twice");
  expect_error<ValueError>([&] { ops::einsum("btd,bsd->bts", {a}); }, "for 1 tensors");
  expect_error<ShapeError>([&] { ops::einsum("bd->d", {a}); }, "names 2 axes, got (1, 2, 2)");
}

TEST_P(Ops, TileJoinsCopies) {
  const Tensor r({2}, {1, 10});
  EXPECT_THAT(floats(ops::tile(r, {2})), ElementsAre(1, 10, 1, 10));
  EXPECT_EQ(ops::tile(r, {2, 1}).shape(), (Shape{2, 2}));
  const Tensor a({1, 2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(floats(ops::tile(a, {1, 2, 1})), ElementsAre(1, 2, 3, 4, 1, 2, 3, 4));
  EXPECT_THAT(floats(ops::tile(a, {2})), ElementsAre(1, 2, 1, 2, 3, 4, 3, 4));
}

TEST_P(Ops, OneHotMarksThePlaceOfAnIndex) {
  const Tensor ids({3}, std::vector<int>{2, 0, -3});
  EXPECT_THAT(floats(ops::one_hot(ids, 3)), ElementsAre(0, 0, 1, 1, 0, 0, 0, 0, 0));
  EXPECT_THAT(floats(ops::one_hot(ids, 3, 0)), ElementsAre(0, 1, 0, 0, 0, 0, 1, 0, 0));
  EXPECT_EQ(ops::one_hot(ids, 4, -1, DType::Int32).dtype(), DType::Int32);
}

TEST(OpsOnMeta, ViewsAreOtherValues) {
  const Tensor x = meta({2, 3}, 1);
  EXPECT_EQ(ops::reshape(x, {3, 2}).value_number(), ops::reshape(x, {3, 2}).value_number());
  EXPECT_NE(ops::reshape(x, {3, 2}).value_number(), ops::reshape(x, {6}).value_number());
  EXPECT_NE(ops::reshape(x, {3, 2}).value_number(),
            ops::reshape(meta({2, 3}, 2), {3, 2}).value_number());
  EXPECT_EQ(ops::reshape(x, {2, 3}).value_number(), x.value_number());
}

TEST(OpsOnMeta, BigVerbsGiveSizesAtOnce) {
  const Tensor q = meta({4096, 5040, 8, 64}, 1);
  const Tensor keys = meta({4096, 1, 1, 5040}, 2, DType::Bool);
  const auto result = ops::attention(q, q, q, {.pairs = keys}, {.gives_weights = true});
  EXPECT_EQ(result.output.shape(), q.shape());
  EXPECT_EQ(result.weights.shape(), (Shape{4096, 5040, 8, 5040}));
  const Tensor x = meta({4096, 5040, 64}, 3);
  const Mask mask(meta({4096, 5040}, 4, DType::Bool));
  EXPECT_EQ(ops::reduce_steps(x, mask, ops::StepsReduce::Mean).shape(), (Shape{4096, 64}));
  const auto rnn = ops::rnn(x, mask, {meta({64, 96}, 5), meta({32, 96}, 6), meta({2, 96}, 7)}, {},
                            {.cell = op::CellKind::GRU, .return_sequences = true});
  EXPECT_EQ(rnn.output.shape(), (Shape{4096, 5040, 32}));
  EXPECT_EQ(rnn.states.at(0).shape(), (Shape{4096, 32}));
}

}  // namespace
}  // namespace domino
