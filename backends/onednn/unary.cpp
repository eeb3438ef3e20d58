#include "domino/backends/onednn/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "domino/backends/onednn/unary.cpp"
#include <hwy/foreach_target.h>

#include <array>
#include <cmath>
#include <utility>

#include <hwy/contrib/math/math-inl.h>

#include "domino/backends/onednn/elementwise.h"
#include "domino/backends/onednn/grain.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/onednn/simd_math-inl.h"
#include "domino/core/threads.h"

HWY_BEFORE_NAMESPACE();
namespace domino::onednn::HWY_NAMESPACE {
namespace {

// NaN passes through choices as it does in the reference.

HWY_INLINE V positive_part(V x) { return hn::IfThenZeroElse(hn::Le(x, hn::Zero(D())), x); }

HWY_INLINE V elu(V x) {
  const V negative = hn::Expm1(D(), hn::Min(x, hn::Zero(D())));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(D())), negative, x);
}

HWY_INLINE V selu(V x) {
  const V scaled =
      hn::IfThenElse(hn::Lt(x, hn::Zero(D())), hn::Mul(constant(1.67326324235437728f), elu(x)), x);
  return hn::Mul(constant(1.05070098735548049f), scaled);
}

HWY_INLINE V softplus(V x) {
  return hn::Add(hn::Log1p(D(), exp(hn::Neg(hn::Abs(x)))), positive_part(x));
}

HWY_INLINE V hard_sigmoid(V x) {
  return hn::Div(clamp(hn::Add(x, constant(3.0f)), 0, 6), constant(6.0f));
}

HWY_INLINE V half_of(V x) { return hn::Mul(x, constant(0.5f)); }

HWY_INLINE V gelu(V x) {
  return hn::Mul(half_of(x), hn::Add(constant(1.0f), erf(hn::Mul(x, constant(0.707106781f)))));
}

HWY_INLINE V gelu_tanh(V x) {
  const V cube = hn::Mul(hn::Mul(x, x), x);
  const V slope = hn::Mul(constant(0.797884561f), hn::MulAdd(constant(0.044715f), cube, x));
  return hn::Mul(half_of(x), hn::Add(constant(1.0f), tanh(slope)));
}

HWY_INLINE V sign(V x) {
  const V one = constant(1.0f);
  const V negative = hn::IfThenElse(hn::Lt(x, hn::Zero(D())), hn::Neg(one), x);
  return hn::IfThenElse(hn::Gt(x, hn::Zero(D())), one, negative);
}

HWY_INLINE V soft_shrink(V x) {
  const V half = constant(0.5f);
  const V low = hn::IfThenElseZero(hn::Lt(x, hn::Neg(half)), hn::Add(x, half));
  return hn::IfThenElse(hn::Gt(x, half), hn::Sub(x, half), low);
}

HWY_INLINE V hard_shrink(V x) { return hn::IfThenElseZero(hn::Gt(hn::Abs(x), constant(0.5f)), x); }

HWY_INLINE V sparse_plus(V x) {
  const V one = constant(1.0f);
  const V raised = hn::Add(x, one);
  const V middle = hn::Mul(constant(0.25f), hn::Mul(raised, raised));
  const V high = hn::IfThenElse(hn::Ge(x, one), x, middle);
  return hn::IfThenZeroElse(hn::Le(x, hn::Neg(one)), high);
}

HWY_INLINE V squareplus(V x) {
  const V root = hn::Sqrt(hn::MulAdd(x, x, constant(4.0f)));
  // Where the 4 is too little to count, the square may be too much.
  const V size = hn::IfThenElse(hn::Gt(hn::Abs(x), constant(1e9f)), hn::Abs(x), root);
  return half_of(hn::Add(x, size));
}

/// For a `kind` known at compile time; those left out have no vectors and are done one by one.
HWY_INLINE V apply(op::UnaryKind kind, V x) {
  using op::UnaryKind;
  switch (kind) {
    case UnaryKind::Negative:
      return hn::Neg(x);
    case UnaryKind::Abs:
      return hn::Abs(x);
    case UnaryKind::Sign:
      return sign(x);
    case UnaryKind::Floor:
      return hn::Floor(x);
    case UnaryKind::Square:
      return hn::Mul(x, x);
    case UnaryKind::Sqrt:
      return hn::Sqrt(x);
    case UnaryKind::Rsqrt:
      return hn::Div(constant(1.0f), hn::Sqrt(x));
    case UnaryKind::Exp:
      return exp(x);
    case UnaryKind::Erf:
      return erf(x);
    case UnaryKind::Relu:
      return positive_part(x);
    case UnaryKind::Relu6:
      return clamp(x, 0, 6);
    case UnaryKind::Elu:
    case UnaryKind::Celu:
      return elu(x);
    case UnaryKind::Selu:
      return selu(x);
    case UnaryKind::Silu:
      return hn::Mul(x, sigmoid(x));
    case UnaryKind::Gelu:
      return gelu(x);
    case UnaryKind::GeluTanh:
      return gelu_tanh(x);
    case UnaryKind::Sigmoid:
      return sigmoid(x);
    case UnaryKind::HardSigmoid:
      return hard_sigmoid(x);
    case UnaryKind::LogSigmoid:
      return hn::Neg(softplus(hn::Neg(x)));
    case UnaryKind::SparseSigmoid:
      return clamp(half_of(hn::Add(x, constant(1.0f))), 0, 1);
    case UnaryKind::Tanh:
      return tanh(x);
    case UnaryKind::HardTanh:
      return clamp(x, -1, 1);
    case UnaryKind::TanhShrink:
      return hn::Sub(x, tanh(x));
    case UnaryKind::HardShrink:
      return hard_shrink(x);
    case UnaryKind::SoftShrink:
      return soft_shrink(x);
    case UnaryKind::HardSilu:
      return hn::Mul(x, hard_sigmoid(x));
    case UnaryKind::Softplus:
      return softplus(x);
    case UnaryKind::Softsign:
      return hn::Div(x, hn::Add(constant(1.0f), hn::Abs(x)));
    case UnaryKind::SparsePlus:
      return sparse_plus(x);
    case UnaryKind::Squareplus:
      return squareplus(x);
    case UnaryKind::Mish:
      return hn::Mul(x, tanh(softplus(x)));
    default:
      return x;
  }
}

template <op::UnaryKind kKind>
void map(const float* x, float* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    hn::StoreU(apply(kKind, hn::LoadU(D(), x + i)), D(), y + i);
  }
  // Through the same vectors, so that a number does not depend on where its range was cut.
  if (i < count) store_some(apply(kKind, load_some(x + i, count - i)), y + i, count - i);
}

using Map = void (*)(const float* x, float* y, std::int64_t count);
constexpr std::size_t kKinds = static_cast<std::size_t>(op::UnaryKind::Mish) + 1;

template <std::size_t... kIndices>
constexpr std::array<Map, kKinds> all_maps(std::index_sequence<kIndices...>) {
  return {map<static_cast<op::UnaryKind>(kIndices)>...};
}

void vector_map(op::UnaryKind kind, const float* x, float* y, std::int64_t count) {
  static constexpr std::array<Map, kKinds> kMaps = all_maps(std::make_index_sequence<kKinds>());
  kMaps[static_cast<std::size_t>(kind)](x, y, count);
}

}  // namespace
}  // namespace domino::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace domino::onednn {
namespace {

HWY_EXPORT(vector_map);

template <class F>
void each(const float* x, float* y, std::int64_t count, F f) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = f(x[i]);
}

template <class From, class F>
void each_flag(const Tensor& x, Tensor& y, F f) {
  const From* from = x.data<From>().data();
  bool* to = y.mutable_data<bool>().data();
  parallel_for(x.elements(), kElementGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) to[i] = f(from[i]);
  });
}

void unary(const op::Unary& op, op::Inputs inputs, op::Outputs outputs) {
  if (inputs[0].dtype() == DType::Bool) {
    return each_flag<bool>(inputs[0], outputs[0], [](bool x) { return !x; });
  }
  if (op.kind == op::UnaryKind::IsNan) {
    return each_flag<float>(inputs[0], outputs[0], [](float x) { return x != x; });
  }
  const float* x = numbers<float>(inputs[0]);
  float* y = outputs[0].mutable_data<float>().data();
  parallel_for(inputs[0].elements(), kFunctionGrain, [&](std::int64_t begin, std::int64_t end) {
    unary_range(op.kind, x + begin, y + begin, end - begin);
  });
}

bool accepts_unary(const op::Unary& op, op::Inputs inputs) {
  if (op.kind == op::UnaryKind::LogicalNot) return inputs[0].dtype() == DType::Bool;
  return inputs[0].dtype() == DType::Float32;
}

}  // namespace

void unary_range(op::UnaryKind kind, const float* x, float* y, std::int64_t count) {
  switch (kind) {
    case op::UnaryKind::Expm1:
      return each(x, y, count, [](float v) { return std::expm1(v); });
    case op::UnaryKind::Log:
      return each(x, y, count, [](float v) { return std::log(v); });
    case op::UnaryKind::Log1p:
      return each(x, y, count, [](float v) { return std::log1p(v); });
    case op::UnaryKind::Sin:
      return each(x, y, count, [](float v) { return std::sin(v); });
    case op::UnaryKind::Cos:
      return each(x, y, count, [](float v) { return std::cos(v); });
    default:
      HWY_DYNAMIC_DISPATCH(vector_map)(kind, x, y, count);
  }
}

void add_unary(KernelTable& table) { table.add<op::Unary>(kOwner, unary, accepts_unary); }

}  // namespace domino::onednn
#endif
