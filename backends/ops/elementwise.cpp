#include <cmath>

#include "domino/backends/backend.h"
#include "domino/backends/ops/ops_internal.h"
#include "domino/core/check.h"

namespace domino::ops {

Tensor run_one(const op::Operation& operation, const Tensors& inputs) {
  return run(operation, inputs).front();
}

Tensor copy(const Tensor& x) {
  return x.viewed_as(x.shape(), x.is_meta() ? x.value_number() : ValueNumber{});
}

Tensor as_bool(const Tensor& x) { return cast(x, DType::Bool); }

namespace {

DType dtype_of_number(bool fractional, DType beside) {
  if (is_floating(beside)) return beside;
  if (fractional) return DType::Float32;
  return beside == DType::Bool ? DType::Int32 : beside;
}

}  // namespace

std::pair<Tensor, Tensor> meet(const Operand& a, const Operand& b) {
  check<ValueError>(!a.is_number_ || !b.is_number_, "one operand must be a tensor");
  const auto made = [](const Operand& operand, const Tensor& beside) {
    if (!operand.is_number_) return operand.tensor_;
    const DType dtype = dtype_of_number(operand.fractional_, beside.dtype());
    return full_beside(beside, {}, operand.number_, dtype);
  };
  const Tensor x = made(a, b.tensor_);
  const Tensor y = made(b, a.tensor_);
  const DType dtype = promote(x.dtype(), y.dtype());
  return {cast(x, dtype), cast(y, dtype)};
}

namespace {

Tensor binary(op::BinaryKind kind, const Operand& a, const Operand& b) {
  auto [x, y] = meet(a, b);
  const bool logical = kind == op::BinaryKind::LogicalAnd || kind == op::BinaryKind::LogicalOr;
  DType dtype = logical ? DType::Bool : x.dtype();
  if (kind == op::BinaryKind::Divide) dtype = to_floating(dtype);
  const bool arithmetic = kind < op::BinaryKind::Maximum;
  // Keras counts bools as int32 when it computes with them.
  if (arithmetic && dtype == DType::Bool) dtype = DType::Int32;
  return run_one(op::Binary{kind}, {cast(x, dtype), cast(y, dtype)});
}

}  // namespace

// clang-format off
Tensor add(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Add, a, b); }
Tensor subtract(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Subtract, a, b); }
Tensor multiply(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Multiply, a, b); }
Tensor divide(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Divide, a, b); }
Tensor floor_divide(const Operand& a, const Operand& b) { return binary(op::BinaryKind::FloorDivide, a, b); }
Tensor mod(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Mod, a, b); }
Tensor power(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Power, a, b); }
Tensor maximum(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Maximum, a, b); }
Tensor minimum(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Minimum, a, b); }
Tensor equal(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Equal, a, b); }
Tensor not_equal(const Operand& a, const Operand& b) { return binary(op::BinaryKind::NotEqual, a, b); }
Tensor less(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Less, a, b); }
Tensor less_equal(const Operand& a, const Operand& b) { return binary(op::BinaryKind::LessEqual, a, b); }
Tensor greater(const Operand& a, const Operand& b) { return binary(op::BinaryKind::Greater, a, b); }
Tensor greater_equal(const Operand& a, const Operand& b) { return binary(op::BinaryKind::GreaterEqual, a, b); }
Tensor logical_and(const Operand& a, const Operand& b) { return binary(op::BinaryKind::LogicalAnd, a, b); }

// clang-format on
Tensor logical_or(const Operand& a, const Operand& b) {
  const auto [x, y] = meet(a, b);
  // One mask that comes by two ways, as in a residual, stays that mask.
  const bool same = x.dtype() == DType::Bool && x.value_number() == y.value_number();
  if (same && x.shape() == y.shape()) return copy(x);
  return binary(op::BinaryKind::LogicalOr, x, y);
}
// clang-format off

Tensor negative(const Tensor& x) { return unary(op::UnaryKind::Negative, x); }
Tensor abs(const Tensor& x) { return unary(op::UnaryKind::Abs, x); }
Tensor sign(const Tensor& x) { return unary(op::UnaryKind::Sign, x); }
Tensor floor(const Tensor& x) { return unary(op::UnaryKind::Floor, x); }
Tensor square(const Tensor& x) { return unary(op::UnaryKind::Square, x); }
Tensor sqrt(const Tensor& x) { return unary(op::UnaryKind::Sqrt, cast(x, to_floating(x.dtype()))); }
Tensor rsqrt(const Tensor& x) { return unary(op::UnaryKind::Rsqrt, cast(x, to_floating(x.dtype()))); }
Tensor exp(const Tensor& x) { return unary(op::UnaryKind::Exp, cast(x, to_floating(x.dtype()))); }
Tensor log(const Tensor& x) { return unary(op::UnaryKind::Log, cast(x, to_floating(x.dtype()))); }
Tensor erf(const Tensor& x) { return unary(op::UnaryKind::Erf, x); }
Tensor isnan(const Tensor& x) { return unary(op::UnaryKind::IsNan, x); }
Tensor relu(const Tensor& x) { return unary(op::UnaryKind::Relu, x); }
Tensor sigmoid(const Tensor& x) { return unary(op::UnaryKind::Sigmoid, x); }
Tensor tanh(const Tensor& x) { return unary(op::UnaryKind::Tanh, x); }
Tensor logical_not(const Tensor& x) { return unary(op::UnaryKind::LogicalNot, as_bool(x)); }
// clang-format on

Tensor unary(op::UnaryKind kind, const Tensor& x) {
  if (kind == op::UnaryKind::Linear) return x.without_mask();
  return run_one(op::Unary{kind}, {x});
}

Tensor where(const Tensor& condition, const Operand& a, const Operand& b) {
  const auto [x, y] = meet(a, b);
  return run_one(op::Where{}, {as_bool(condition), x, y});
}

Tensor clip(const Tensor& x, double low, double high) {
  const auto bound = [&x](double value) -> Operand {
    const bool whole = std::isfinite(value) && std::floor(value) == value;
    if (!whole || !is_integer(x.dtype())) return value;
    return full_beside(x, {}, value, x.dtype());
  };
  return minimum(maximum(x, bound(low)), bound(high));
}

Tensor cast(const Tensor& x, DType dtype) {
  return x.dtype() == dtype ? x.without_mask() : run_one(op::Cast{dtype}, {x});
}

}  // namespace domino::ops
