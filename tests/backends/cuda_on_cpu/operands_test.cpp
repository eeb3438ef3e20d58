#include "domino/backends/cuda/operands.h"

#include <gtest/gtest.h>

#include "domino/backends/execution.h"
#include "domino/backends/ops.h"
#include "tests/backends/values.h"

namespace domino::cuda {
namespace {

using conformance::agree;
using conformance::pattern;

class OperandTest : public ::testing::Test {
 protected:
  const BackendScope on_{backend("cuda")};
  const Tensor x_ = current_backend().upload(pattern({3, 4}));
};

TEST_F(OperandTest, IsTheTensorItselfIfNothingIsRounded) {
  EXPECT_EQ(operand(x_).bytes, x_.storage()->bytes());
  EXPECT_EQ(operand(x_).dtype, DType::Float32);
  const ExecutionScope as({.products = Products::TF32});
  EXPECT_EQ(operand(x_).bytes, x_.storage()->bytes());
}

TEST_F(OperandTest, IsRoundedOnceForEachType) {
  const auto as = [&](Products products) {
    const ExecutionScope scope({.products = products});
    return operand(x_);
  };
  const Operand half = as(Products::Float16);
  EXPECT_EQ(half.dtype, DType::Float16);
  EXPECT_EQ(as(Products::BFloat16).dtype, DType::BFloat16);
  EXPECT_EQ(as(Products::Float16).bytes, half.bytes);
}

TEST_F(OperandTest, OfNumbersThatChangeIsRoundedAnew) {
  const ExecutionScope as({.products = Products::BFloat16});
  ChangingOperand states(DType::Float32, 2);
  float numbers[] = {1, 2};
  const auto first = [&] {
    return reinterpret_cast<const BFloat16*>(states.of(numbers, 2).bytes)[0];
  };
  EXPECT_EQ(to_float(first()), 1);
  numbers[0] = 3;
  EXPECT_EQ(to_float(first()), 3);
}

/// Here the operands are rounded to nearest; a GPU may cut them off.
TEST_F(OperandTest, OfTf32HasTenBitsOfFraction) {
  const ExecutionScope as({.products = Products::TF32});
  const auto product_of = [](float number) {
    const Tensor x = current_backend().upload(Tensor({1, 1}, {number}));
    const Tensor one = current_backend().upload(Tensor({1, 1}, {1}));
    return current_backend().download(ops::matmul(x, one));
  };
  EXPECT_TRUE(agree(product_of(1 + 0x1p-10F), Tensor({1, 1}, {1 + 0x1p-10F}), 0));
  EXPECT_TRUE(agree(product_of(1 + 0x1p-12F), Tensor({1, 1}, {1}), 0));
  EXPECT_TRUE(agree(product_of(1e20F), Tensor({1, 1}, {1e20F}), 0x1p-10));
}

}  // namespace
}  // namespace domino::cuda
