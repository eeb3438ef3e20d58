// Products of rounded operands: what the option rounds, what it leaves as it is, and where it is refused.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domino/backends/execution.h"
#include "domino/backends/ops.h"
#include "tests/backends/values.h"

namespace domino::conformance {
namespace {

/// A call whose inputs `operands` are multiplied, and that rounds nothing else.
struct ProductCase {
  Case call;
  std::vector<std::size_t> operands;
};

ProductCase dense_product(const op::Dense& op, RandomTensors& random) {
  return {{"dense", op, {random({2, 9, 130}), random({130, 65}), random({65})}, 5e-5}, {0, 1}};
}

ProductCase matrix_product(const op::MatMul& op, RandomTensors& random) {
  return {{"matmul",
           op,
           {random(op.transpose_a ? Shape{3, 70, 5} : Shape{3, 5, 70}),
            random(op.transpose_b ? Shape{3, 9, 70} : Shape{3, 70, 9})},
           5e-5},
          {0, 1}};
}

ProductCase convolution(RandomTensors& random) {
  const op::Conv1D op{.stride = 2, .pad_before = 1, .activation = op::UnaryKind::Tanh};
  return {{"conv1d", op, {random({2, 12, 16}), random({3, 16, 33}), random({33})}, 5e-5}, {0, 1}};
}

/// One step, from a state that half types hold: how the states of later ones are rounded depends on it.
ProductCase recurrence(const op::Rnn& op, RandomTensors& random) {
  const std::int64_t units = 20;
  const std::int64_t columns = op::gates_of(op.cell) * units;
  const bool two_biases = op.cell == op::CellKind::GRU && op.reset_after;
  const auto weight = [&](const Shape& shape) { return random(shape, DType::Float32, -0.6, 0.6); };
  ProductCase made{{std::string(op::name_of(op.cell)),
                    op,
                    {random({4, 1, 30}), bools({4, 1, 1}, {true, true, true, true}),
                     weight({30, columns}), weight({units, columns}),
                     weight(two_biases ? Shape{2, columns} : Shape{columns}), pattern({4, units})},
                    5e-5},
                   {0, 2, 3}};
  if (op.cell == op::CellKind::LSTM) made.call.inputs.push_back(random({4, units}));
  return made;
}

std::vector<ProductCase> product_cases() {
  RandomTensors random(71);
  std::vector<ProductCase> cases{dense_product({}, random),
                                 dense_product({op::UnaryKind::Relu}, random),
                                 dense_product({op::UnaryKind::Gelu}, random), convolution(random)};
  for (const bool flip_a : {false, true}) {
    for (const bool flip_b : {false, true}) {
      cases.push_back(matrix_product({flip_a, flip_b}, random));
    }
  }
  for (const auto cell : {op::CellKind::SimpleRNN, op::CellKind::LSTM, op::CellKind::GRU}) {
    cases.push_back(recurrence({.cell = cell}, random));
  }
  return cases;
}

Tensors computed(const Case& call, Products products, bool packing = true) {
  const ExecutionScope as({.packing = packing, .products = products});
  return run_on(backend("cuda"), call);
}

Tensor rounded(const Tensor& x, DType half) {
  return ops::cast(ops::cast(x, half), DType::Float32);
}

void expect_products_of(const ProductCase& each, Products products, DType half) {
  SCOPED_TRACE(each.call.name + " in " + std::string(name_of(products)));
  Case as_rounded = each.call;
  for (const std::size_t i : each.operands) {
    as_rounded.inputs[i] = rounded(as_rounded.inputs[i], half);
  }
  const Tensor expected = reference_run(as_rounded.operation, as_rounded.inputs).front();
  const Tensor exact = computed(each.call, Products::Float32).front();
  for (const bool packing : {false, true}) {
    const Tensor actual = computed(each.call, products, packing).front();
    EXPECT_TRUE(agree(actual, expected, each.call.tolerance));
    EXPECT_GT(largest_error(actual, exact), 4 * each.call.tolerance) << "nothing was rounded";
  }
}

TEST(Products, MultiplyRoundedOperandsAndLeaveTheRest) {
  for (const ProductCase& each : product_cases()) {
    expect_products_of(each, Products::Float16, DType::Float16);
    expect_products_of(each, Products::BFloat16, DType::BFloat16);
  }
}

/// Two steps that carry the state on through a product with the identity.
Case carry_states(const op::Rnn& op) {
  const std::int64_t gates = op::gates_of(op.cell);
  std::vector<float> identity(static_cast<std::size_t>(gates), 0);
  identity.back() = 1;
  // The gates of a GRU: it takes none of the old state, and resets nothing.
  std::vector<float> bias(static_cast<std::size_t>(gates), 0);
  if (gates == 3) bias = {-9, 9, 0};
  return {std::string(op::name_of(op.cell)),
          op,
          {Tensor({1, 2, 1}, {0, 0}), bools({1, 2, 1}, {true, true}),
           Tensor({1, gates}, std::vector<float>(static_cast<std::size_t>(gates), 0)),
           Tensor({1, gates}, identity), Tensor({gates}, bias), Tensor({1, 1}, {1 + 0x1p-12F})}};
}

TEST(Products, RoundTheStatesOfEachStep) {
  using enum op::UnaryKind;
  for (const op::Rnn& op : {op::Rnn{op::CellKind::SimpleRNN, Linear},
                            op::Rnn{op::CellKind::GRU, Linear, HardSigmoid, false}}) {
    const Case call = carry_states(op);
    for (const bool packing : {false, true}) {
      EXPECT_TRUE(agree(computed(call, Products::Float32, packing)[1], call.inputs[5], 0));
      EXPECT_TRUE(agree(computed(call, Products::Float16, packing)[1], Tensor({1, 1}, {1}), 0));
      EXPECT_TRUE(agree(computed(call, Products::BFloat16, packing)[1], Tensor({1, 1}, {1}), 0));
    }
  }
}

TEST(Products, InTf32AreWithinItsRounding) {
  for (const ProductCase& each : product_cases()) {
    const Tensor expected = reference_run(each.call.operation, each.call.inputs).front();
    // Sums of up to 130 products below 4, of which each operand is off by 2^-10 at most.
    EXPECT_TRUE(agree(computed(each.call, Products::TF32).front(), expected, 0.1))
        << each.call.name;
  }
}

TEST(Products, BeyondTheRangeOfFloat16AreInfinite) {
  const Case call{"dense", op::Dense{}, {Tensor({1, 2}, {70000, 1}), Tensor({2, 1}, {1, 1}), {}}};
  EXPECT_TRUE(agree(computed(call, Products::Float16).front(), Tensor({1, 1}, {kInf}), 0));
  EXPECT_TRUE(agree(computed(call, Products::BFloat16).front(), Tensor({1, 1}, {70000}), 1e-2));
}

/// Calls without a product, or of another type than float32.
std::vector<Case> other_cases() {
  RandomTensors random(73);
  const Tensor heads = random({2, 5, 2, 8});
  return {
      {"attention", op::Attention{}, {heads, heads, heads, {}, {}, {}}},
      {"grouped conv1d", op::Conv1D{.groups = 2}, {random({2, 9, 4}), random({3, 2, 6}), {}}},
      {"float64 dense",
       op::Dense{},
       {random({3, 20}, DType::Float64), random({20, 4}, DType::Float64), {}}},
      {"int32 matmul", op::MatMul{}, {random({3, 4}, DType::Int32), random({4, 2}, DType::Int32)}},
      {"layer norm", op::LayerNorm{}, {random({3, 9}), random({9}), random({9})}}};
}

TEST(Products, ChangeNothingElse) {
  for (const Case& call : other_cases()) {
    EXPECT_TRUE(equal(computed(call, Products::BFloat16).front(),
                      computed(call, Products::Float32).front()))
        << call.name;
  }
}

TEST(Products, AreOfEveryTypeOnCuda) {
  for (const Products products : kAllProducts) {
    EXPECT_NO_THROW(backend("cuda").check_execution({.products = products}));
  }
}

}  // namespace
}  // namespace domino::conformance
