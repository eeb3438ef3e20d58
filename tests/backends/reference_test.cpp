#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "domino/core/error.h"
#include "tests/backends/values.h"

namespace domino::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();

Tensor one(const op::Operation& operation, const Tensors& inputs) {
  return reference_run(operation, inputs)[0];
}

Tensor combine(op::BinaryKind kind, const Tensor& a, const Tensor& b) {
  return one(op::Binary{kind}, {a, b});
}

template <class E>
void expect_error(const op::Operation& operation, const Tensors& inputs, const std::string& text) {
  EXPECT_THAT([&] { reference_run(operation, inputs); },
              Throws<E>(Property(&Error::message, HasSubstr(text))));
}

// Numbers without a comment were given by Keras 3.15.1 on the CPU.

TEST(ReferenceBinary, DividesTowardTheFloor) {
  const Tensor a = ints({6}, {7, -7, 7, -7, 5, kLowest});
  const Tensor b = ints({6}, {3, 3, -3, -3, 2, -1});
  EXPECT_TRUE(
      is(combine(op::BinaryKind::FloorDivide, a, b), ints({6}, {2, -3, -3, 2, 2, kLowest})));
  EXPECT_TRUE(is(combine(op::BinaryKind::Mod, a, b), ints({6}, {1, 2, -2, -1, 1, 0})));
  const Tensor x({6}, {7, -7, 7, -7, 5, -5});
  const Tensor y({6}, {3, 3, -3, -3, kInf, kInf});
  EXPECT_TRUE(
      is(combine(op::BinaryKind::FloorDivide, x, y), Tensor({6}, {2, -3, -3, 2, 0, -0.0F})));
  EXPECT_TRUE(is(combine(op::BinaryKind::Mod, x, y), Tensor({6}, {1, 2, -2, -1, 5, kInf})));
}

TEST(ReferenceBinary, FloatsByZeroAreInfiniteAndIntegersAnError) {
  const Tensor x({3}, {1, -1, 0});
  const Tensor zero({}, {0});
  EXPECT_TRUE(is(combine(op::BinaryKind::Divide, x, zero), Tensor({3}, {kInf, -kInf, kNan})));
  EXPECT_TRUE(is(combine(op::BinaryKind::FloorDivide, x, zero), Tensor({3}, {kInf, -kInf, kNan})));
  EXPECT_TRUE(is(combine(op::BinaryKind::Mod, x, zero), Tensor({3}, {kNan, kNan, kNan})));
  for (const auto kind : {op::BinaryKind::FloorDivide, op::BinaryKind::Mod}) {
    expect_error<ValueError>(op::Binary{kind}, {ints({2}, {1, 2}), ints({2}, {1, 0})},
                             std::string(op::name_of(kind)) +
                                 ": an integer is divided by zero; change the divisor or cast to "
                                 "float first");
  }
}

TEST(ReferenceBinary, PowersOfIntegersWrap) {
  EXPECT_TRUE(
      is(combine(op::BinaryKind::Power, ints({4}, {2, 3, 10, -3}), ints({4}, {31, 40, 0, 3})),
         ints({4}, {kLowest, 689956897, 1, -27})));
  expect_error<ValueError>(op::Binary{op::BinaryKind::Power}, {ints({1}, {2}), ints({1}, {-1})},
                           "power: an integer is raised to -1");
}

TEST(ReferenceBinary, IntegersWrapAround) {
  const Tensor a = ints({2}, {kHighest, kLowest});
  EXPECT_TRUE(
      is(combine(op::BinaryKind::Add, a, ints({}, {1})), ints({2}, {kLowest, kLowest + 1})));
  EXPECT_TRUE(
      is(combine(op::BinaryKind::Subtract, a, ints({}, {1})), ints({2}, {kHighest - 1, kHighest})));
  EXPECT_TRUE(is(combine(op::BinaryKind::Multiply, a, ints({}, {2})), ints({2}, {-2, 0})));
  const Tensor small({1}, std::vector<std::uint16_t>{65535});
  EXPECT_TRUE(is(combine(op::BinaryKind::Multiply, small, small),
                 Tensor({1}, std::vector<std::uint16_t>{1})));
}

TEST(ReferenceBinary, NanWinsMaximumAndMinimumAndLosesComparisons) {
  const Tensor a({4}, {kNan, 1, kNan, kInf});
  const Tensor b({4}, {1, kNan, kNan, 2});
  EXPECT_TRUE(is(combine(op::BinaryKind::Maximum, a, b), Tensor({4}, {kNan, kNan, kNan, kInf})));
  EXPECT_TRUE(is(combine(op::BinaryKind::Minimum, a, b), Tensor({4}, {kNan, kNan, kNan, 2})));
  EXPECT_TRUE(is(combine(op::BinaryKind::Equal, a, b), bools({4}, {false, false, false, false})));
  EXPECT_TRUE(is(combine(op::BinaryKind::NotEqual, a, b), bools({4}, {true, true, true, true})));
  EXPECT_TRUE(
      is(combine(op::BinaryKind::GreaterEqual, a, b), bools({4}, {false, false, false, true})));
  EXPECT_TRUE(is(combine(op::BinaryKind::LogicalAnd, a, b), bools({4}, {true, true, true, true})));
}

TEST(ReferenceCast, CutsFractionsAndSurvivesWhatDoesNotFit) {
  const Tensor x({9}, {kNan, kInf, -kInf, 3e9F, 300, -1.9F, 1.9F, 128, 70000.7F});
  EXPECT_TRUE(is(one(op::Cast{DType::Int32}, {x}),
                 ints({9}, {kLowest, kLowest, kLowest, kLowest, 300, -1, 1, 128, 70000})));
  EXPECT_TRUE(is(one(op::Cast{DType::Int8}, {x}),
                 Tensor({9}, std::vector<std::int8_t>{0, 0, 0, 0, 44, -1, 1, -128, 112})));
  const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  EXPECT_TRUE(is(one(op::Cast{DType::Int64}, {x}),
                 Tensor({9}, std::vector<std::int64_t>{lowest, lowest, lowest, 3000000000, 300, -1,
                                                       1, 128, 70000})));
  EXPECT_TRUE(is(one(op::Cast{DType::Bool}, {Tensor({4}, {kNan, 0, -0.0F, 0.3F})}),
                 bools({4}, {true, false, false, true})));
}

TEST(ReferenceReduce, GivesTheNeutralElementOfAnEmptyAxis) {
  const Tensor x = Tensor::empty({2, 0}, DType::Float32);
  const auto of = [&](op::ReduceKind kind) { return one(op::Reduce{kind, {1}}, {x}); };
  EXPECT_TRUE(is(of(op::ReduceKind::Sum), Tensor({2}, {0, 0})));
  EXPECT_TRUE(is(of(op::ReduceKind::Mean), Tensor({2}, {kNan, kNan})));
  EXPECT_TRUE(is(of(op::ReduceKind::Prod), Tensor({2}, {1, 1})));
  // Keras refuses these two; TensorFlow's own reduce_max and reduce_min give these.
  EXPECT_TRUE(is(of(op::ReduceKind::Max), Tensor({2}, {-kInf, -kInf})));
  EXPECT_TRUE(is(of(op::ReduceKind::Min), Tensor({2}, {kInf, kInf})));
  const Tensor flags = Tensor::empty({0, 2}, DType::Bool);
  EXPECT_TRUE(is(one(op::Reduce{op::ReduceKind::Any, {0}}, {flags}), bools({2}, {false, false})));
  EXPECT_TRUE(is(one(op::Reduce{op::ReduceKind::All, {0}}, {flags}), bools({2}, {true, true})));
}

TEST(ReferenceReduce, NanWinsWhereverItStands) {
  const Tensor x({3, 3}, {1, kNan, 2, kNan, 1, 1, 0, 0, 5});
  EXPECT_TRUE(is(one(op::Reduce{op::ReduceKind::Max, {0}}, {x}), Tensor({3}, {kNan, kNan, 5})));
  EXPECT_TRUE(is(one(op::Reduce{op::ReduceKind::Min, {1}}, {x}), Tensor({3}, {kNan, kNan, 0})));
}

TEST(ReferenceReduce, KeepsAxesAndTakesSeveral) {
  const Tensor x({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  EXPECT_TRUE(is(one(op::Reduce{op::ReduceKind::Sum, {0, 2}}, {x}), Tensor({2}, {30, 48})));
  EXPECT_TRUE(is(one(op::Reduce{op::ReduceKind::Mean, {1}, true}, {x}),
                 Tensor({2, 1, 3}, {2.5F, 3.5F, 4.5F, 8.5F, 9.5F, 10.5F})));
}

TEST(ReferenceMatMul, IsThatOfKeras) {
  EXPECT_TRUE(
      is(one(op::MatMul{}, {pattern({2, 3, 4}), pattern({4, 2}, 5)}),
         Tensor({2, 3, 2}, {0, 0.078125F, -0.109375F, 0.125F, 0.296875F, -0.171875F, -0.328125F,
                            0.21875F, 0.078125F, -0.078125F, -0.203125F, -0.203125F})));
  EXPECT_TRUE(is(one(op::MatMul{.transpose_b = true}, {pattern({3, 4}), pattern({2, 4}, 5)}),
                 Tensor({3, 2}, {0.15625F, 0.125F, 0.15625F, 0.0625F, -0.359375F, -0.171875F})));
  // By hand: columns of a are its rows.
  EXPECT_TRUE(
      is(one(op::MatMul{.transpose_a = true}, {ints({2, 2}, {1, 2, 3, 4}), ints({2, 1}, {1, 10})}),
         ints({2, 1}, {31, 42})));
}

TEST(ReferenceDense, IsThatOfKeras) {
  EXPECT_TRUE(is(
      one(op::Dense{op::UnaryKind::Gelu}, {pattern({2, 3}), pattern({3, 4}, 5), pattern({4}, 3)}),
      Tensor({2, 4}, {-0.14198545F, 0.0503762F, 0.160633F, -0.16407667F, -0.13905104F, 0.02431376F,
                      0.20625655F, -0.16407667F})));
}

TEST(ReferenceSoftmax, IsThatOfKeras) {
  const Tensor x({2, 3}, {-1, 2.5F, 0.5F, -1.5F, 2, 0});
  EXPECT_TRUE(
      is(one(op::Softmax{1}, {x}), Tensor({2, 3}, {0.025908655F, 0.8579768F, 0.116114534F,
                                                   0.025908655F, 0.8579768F, 0.116114534F})));
  EXPECT_TRUE(
      is(one(op::Softmax{0}, {x}), Tensor({2, 3}, {0.62245935F, 0.62245935F, 0.62245935F,
                                                   0.37754065F, 0.37754065F, 0.37754065F})));
  const Tensor masked({3, 2}, {-kInf, -kInf, 1, -kInf, 1000, 999});
  EXPECT_TRUE(is(one(op::Softmax{1}, {masked}),
                 Tensor({3, 2}, {kNan, kNan, 1, 0, 0.73105854F, 0.26894143F})));
}

TEST(ReferenceNormalization, IsThatOfKeras) {
  EXPECT_TRUE(
      is(one(op::LayerNorm{}, {pattern({2, 5}), pattern({5}, 5), pattern({5}, 3)}),
         Tensor({2, 5}, {-0.0135845095F, 0.59783095F, 0.5F, -0.81522065F, -0.597831F, -0.37145752F,
                         -0.21334594F, -0.072585404F, -0.46529785F, 0.49963862F})));
  const Tensor variance({3}, {0.25F, 0.25F, 0.625F});
  EXPECT_TRUE(is(
      one(op::BatchNorm{},
          {pattern({2, 3}), pattern({3}, 2), variance, pattern({3}, 5), pattern({3}, 3)}),
      Tensor({2, 3}, {-0.25F, 0.59281534F, 0.55924535F, -0.18762463F, 0.49925226F, 0.6184907F})));
}

TEST(ReferenceLookup, NamesTheBadId) {
  const Tensor table = pattern({10, 2});
  expect_error<ValueError>(op::Embedding{}, {ints({1, 4}, {1, 2, 3, 17}), table},
                           "embedding: token id 17 at (0, 3) is outside the vocabulary; ids must "
                           "be from 0 to 9, so raise input_dim or check the tokens");
  expect_error<ValueError>(op::Embedding{}, {ints({2, 2}, {1, 2, -1, 12}), table},
                           "embedding: token id -1 at (1, 0) is outside the vocabulary");
  const Tensor long_ids({2}, std::vector<std::int64_t>{0, 5000000000});
  expect_error<ValueError>(op::Embedding{}, {long_ids, table}, "token id 5000000000 at (1,)");
}

TEST(ReferenceLookup, NamesTheBadIndex) {
  expect_error<ValueError>(op::Take{1}, {pattern({2, 5}), ints({3}, {0, 4, 5})},
                           "take: index 5 at (2,) is outside axis 1 of (2, 5); indices must be "
                           "from 0 to 4");
  expect_error<ValueError>(op::Take{0}, {pattern({2, 5}), ints({}, {-1})},
                           "take: index -1 at () is outside axis 0 of (2, 5)");
}

TEST(ReferenceLookup, GathersSlices) {
  const Tensor x({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(is(one(op::Take{1}, {x, ints({2, 1}, {2, 0})}), Tensor({2, 2, 1}, {3, 1, 6, 4})));
  EXPECT_TRUE(is(one(op::Take{0}, {x, ints({}, {1})}), Tensor({3}, {4, 5, 6})));
  EXPECT_TRUE(
      is(one(op::Embedding{}, {ints({1, 2}, {1, 1}), x}), Tensor({1, 2, 3}, {4, 5, 6, 4, 5, 6})));
}

TEST(ReferenceConv1D, IsThatOfKeras) {
  const auto convolve = [](op::Conv1D op, std::int64_t in, std::int64_t out) {
    return one(op, {pattern({1, 7, in}), pattern({3, in / op.groups, out}, 5), Tensor()});
  };
  EXPECT_TRUE(is(convolve({}, 2, 3),
                 Tensor({1, 5, 3}, {0.375F, -0.78125F, 0.46875F, -0.8125F, 0.46875F, -0.140625F,
                                    0.40625F, 0.34375F, -0.234375F, 0.59375F, -0.8125F, 0.53125F,
                                    -0.078125F, -0.078125F, 0.265625F})));
  EXPECT_TRUE(is(convolve({.stride = 2}, 2, 3),
                 Tensor({1, 3, 3}, {0.375F, -0.78125F, 0.46875F, 0.40625F, 0.34375F, -0.234375F,
                                    -0.078125F, -0.078125F, 0.265625F})));
  EXPECT_TRUE(is(convolve({.dilation = 2}, 2, 3),
                 Tensor({1, 3, 3}, {0.171875F, -0.4375F, 0.84375F, 0.359375F, 0.296875F, -0.28125F,
                                    0.203125F, -0.34375F, -0.03125F})));
  EXPECT_TRUE(is(convolve({.groups = 2}, 4, 2),
                 Tensor({1, 5, 2}, {-0.8125F, -0.078125F, 0.78125F, -0.140625F, -0.375F, -0.03125F,
                                    -0.15625F, -0.09375F, 0.234375F, 0.015625F})));
  // padding="same"
  EXPECT_TRUE(
      is(convolve({.stride = 2, .pad_before = 1, .pad_after = 1}, 2, 3),
         Tensor({1, 4, 3}, {0.3125F, 0.21875F, -0.046875F, -0.8125F, 0.46875F, -0.140625F, 0.59375F,
                            -0.8125F, 0.53125F, -0.53125F, 0.28125F, 0.234375F})));
  EXPECT_TRUE(
      is(convolve({.dilation = 2, .pad_before = 2, .pad_after = 2}, 2, 1),
         Tensor({1, 7, 1}, {0, 0.15625F, 0.09375F, -0.046875F, -0.53125F, 0.109375F, -0.40625F})));
}

TEST(ReferenceConv1D, PadsBeforeAndSquashesAsACausalLayerOfKeras) {
  const op::Conv1D causal{.dilation = 2, .pad_before = 4, .activation = op::UnaryKind::Relu};
  EXPECT_TRUE(is(one(causal, {pattern({1, 6, 2}), pattern({3, 2, 2}, 5), pattern({2}, 3)}),
                 Tensor({1, 6, 2}, {0, 0, 0, 0.203125F, 0, 0.03125F, 0, 0.109375F, 0, 0.421875F, 0,
                                    0.046875F})));
}

}  // namespace
}  // namespace domino::conformance
