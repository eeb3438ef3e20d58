#include "domino/backends/meta/infer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/core/error.h"
#include "tests/backends/conformance.h"

// That right calls get the right sizes is seen in conformance_test.cpp; these are the wrong ones.

namespace domino::meta {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

Tensor of(const Shape& shape, DType dtype = DType::Float32) {
  return Tensor::meta(shape, dtype, {});
}

template <class E>
void expect_error(const op::Operation& operation, const Tensors& inputs, const std::string& text) {
  EXPECT_THAT([&] { infer(operation, inputs); },
              Throws<E>(Property(&Error::message, HasSubstr(text))));
}

TEST(Infer, MissingOperands) {
  expect_error<ValueError>(op::Dense{}, {of({2, 3})}, "dense: operand 2 is missing");
  expect_error<ValueError>(op::Binary{}, {of({2}), Tensor()}, "add: operand 2 is missing");
  expect_error<ValueError>(op::Concatenate{}, {}, "concatenate: operand 1 is missing");
  expect_error<ValueError>(op::Rnn{}, {of({2, 3, 4}), {}, of({4, 8}), {}},
                           "rnn: operand 4 is missing");
}

TEST(Infer, Types) {
  expect_error<DTypeError>(op::Cast{}, {Tensor({1}, std::vector<std::string>{"a"})},
                           "cast does not take strings");
  expect_error<DTypeError>(op::Binary{}, {of({2}), of({2}, DType::Int32)},
                           "add: operands of float32 and int32; cast one of them");
  expect_error<DTypeError>(op::Binary{op::BinaryKind::Divide},
                           {of({2}, DType::Int32), of({2}, DType::Int32)},
                           "divide of int32; cast to a floating type first");
  expect_error<DTypeError>(op::Unary{op::UnaryKind::Exp}, {of({2}, DType::Int32)}, "exp of int32");
  expect_error<DTypeError>(op::Where{}, {of({2}), of({2}), of({2})},
                           "where: the condition is float32, expected bool");
  expect_error<DTypeError>(op::Take{}, {of({2}), of({2})}, "take: indices of float32");
  expect_error<DTypeError>(op::Embedding{}, {of({2}), of({2, 3})}, "embedding: ids of float32");
  expect_error<DTypeError>(op::Softmax{}, {of({2}, DType::Int32)}, "softmax needs floating");
  expect_error<DTypeError>(op::Rnn{}, {of({2, 3, 4}), {}, of({4, 8}), of({2, 8}, DType::Float64)},
                           "rnn: weights");
}

TEST(Infer, Sizes) {
  expect_error<ShapeError>(op::Binary{}, {of({2}), of({3})}, "(2,) and (3,) do not broadcast");
  expect_error<ShapeError>(op::Transpose{{0, 0}}, {of({2, 3})}, "transpose: axes (0, 0)");
  expect_error<ShapeError>(op::Slice{{0}, {4}, {1}}, {of({3})},
                           "slice: 4 entries from 0 on, 1 apart, leave axis 0 of shape (3,)");
  expect_error<ShapeError>(op::Slice{{1}, {3}, {-1}}, {of({3})}, "slice: 3 entries from 1 on");
  expect_error<ShapeError>(op::Concatenate{0}, {of({2, 3}), of({2, 4})}, "differ outside axis 0");
  expect_error<ShapeError>(op::Take{2}, {of({2, 3}), of({1}, DType::Int32)}, "axis 2");
  expect_error<ShapeError>(op::BroadcastTo{{3}}, {of({2})}, "do not broadcast");
  expect_error<ShapeError>(op::BroadcastTo{{1}}, {of({2})}, "(2,) does not broadcast to (1,)");
  expect_error<ShapeError>(op::MatMul{}, {of({2, 3}), of({4, 5})},
                           "matmul: (2, 3) times (4, 5): the inner sizes differ");
  expect_error<ShapeError>(op::MatMul{}, {of({3}), of({3, 5})}, "matmul: needs two axes or more");
  expect_error<ShapeError>(op::Dense{}, {of({2, 3}), of({4, 5})},
                           "dense: a kernel of (4, 5) on (2, 3)");
  expect_error<ShapeError>(op::Dense{}, {of({2, 4}), of({4, 5}), of({4})},
                           "dense: bias has shape (4,), expected (5,)");
  expect_error<ShapeError>(op::LayerNorm{}, {of({2, 3}), of({2})}, "layer_norm: a weight");
  expect_error<ShapeError>(op::Conv1D{.groups = 2}, {of({1, 5, 4}), of({3, 4, 2})},
                           "conv1d: a kernel of (3, 4, 2) with 2 groups");
}

TEST(Infer, Strings) {
  const Tensor words = of({2}, DType::String);
  const Tensor numbers = of({2}, DType::Int64);
  expect_error<ValueError>(op::Lookup{}, {words, words}, "lookup: operand 3 is missing");
  expect_error<DTypeError>(op::Lookup{}, {words, of({2}), numbers}, "lookup: keys of float32");
  expect_error<DTypeError>(op::Lookup{}, {words, numbers, words},
                           "lookup: string among keys of int64");
  expect_error<ShapeError>(op::Lookup{}, {words, words, of({3}, DType::Int64)},
                           "lookup: keys of (2,) beside values of (3,)");
  expect_error<DTypeError>(op::Lookup{}, {words, words, numbers, of({}, DType::String)},
                           "lookup: string otherwise, and values of int64");
  expect_error<ShapeError>(op::Lookup{}, {words, words, numbers, numbers},
                           "lookup: otherwise of shape (2,), expected ()");
  expect_error<DTypeError>(op::Tokenize{}, {numbers}, "tokenize: int64, expected strings");
  expect_error<ValueError>(op::Tokenize{.ngrams = {0, 1}}, {words},
                           "tokenize: n-grams of (0, 1) tokens; expected at least 1");
  expect_error<ShapeError>(op::Tokenize{.ngrams = {1}}, {of({}, DType::String)},
                           "tokenize: n-grams need an axis of tokens, got shape ()");
  expect_error<ValueError>(op::HashBucket{.buckets = 0}, {words}, "hash_bucket: 0 buckets");
  expect_error<DTypeError>(op::HashBucket{}, {of({2})}, "hash_bucket: a tensor of float32");
  expect_error<ShapeError>(op::HashCross{}, {words, of({3}, DType::Int64)},
                           "hash_cross: (2,) and (3,); expected one shape");
  expect_error<DTypeError>(op::Bincount{3}, {of({2})}, "bincount of float32, expected int64");
  expect_error<ShapeError>(op::Bincount{3}, {of({}, DType::Int64)}, "bincount: needs an axis");
  expect_error<ShapeError>(op::Bincount{3}, {numbers, of({3})}, "bincount: weights of (3,)");
}

TEST(Infer, RecurrentCalls) {
  const Tensor x = of({2, 3, 4});
  const Tensor kernel = of({4, 20});
  const Tensor recurrent = of({5, 20});
  expect_error<ShapeError>(op::Rnn{}, {of({2, 0, 4}), {}, kernel, recurrent},
                           "rnn: a sequence without steps, (2, 0, 4)");
  expect_error<ShapeError>(op::Rnn{}, {x, {}, of({4, 15}), recurrent},
                           "rnn: a kernel of (4, 15), expected (4, 20)");
  expect_error<ShapeError>(op::Rnn{}, {x, {}, kernel, of({5, 15})}, "rnn: a recurrent kernel");
  expect_error<ShapeError>(op::Rnn{}, {x, {}, kernel, recurrent, of({2, 20})}, "rnn: a bias");
  expect_error<ShapeError>(op::Rnn{}, {x, {}, kernel, recurrent, {}, of({2, 4})},
                           "rnn: an initial state of (2, 4), expected (2, 5)");
  expect_error<MaskError>(op::Rnn{}, {x, of({2, 3}, DType::Bool), kernel, recurrent},
                          "rnn: a bool mask of (2, 3)");
  expect_error<MaskError>(op::Rnn{}, {x, of({2, 3, 1}), kernel, recurrent},
                          "rnn: a float32 mask of (2, 3, 1)");
}

}  // namespace
}  // namespace domino::meta
