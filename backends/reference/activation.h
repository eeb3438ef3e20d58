#pragma once

#include <cmath>
#include <limits>
#include <numbers>

#include "domino/backends/op.h"
#include "domino/core/host_device.h"

namespace domino::reference {

namespace scalar {

// NaN passes through each comparison that decides, as it does in TensorFlow.

template <class T>
DOMINO_HOST_DEVICE T clamp(T x, T low, T high) {
  return x < low ? low : x > high ? high : x;
}

template <class T>
DOMINO_HOST_DEVICE T sign(T x) {
  return x > 0 ? 1 : x < 0 ? -1 : x;
}

template <class T>
DOMINO_HOST_DEVICE T elu(T x) {
  return x < 0 ? std::expm1(x) : x;
}

template <class T>
DOMINO_HOST_DEVICE T selu(T x) {
  constexpr T kScale = T(1.0507009873554804934193349852946);
  constexpr T kAlpha = T(1.6732632423543772848170429916717);
  return kScale * (x < 0 ? kAlpha * std::expm1(x) : x);
}

template <class T>
DOMINO_HOST_DEVICE T sigmoid(T x) {
  return 1 / (1 + std::exp(-x));
}

template <class T>
DOMINO_HOST_DEVICE T hard_sigmoid(T x) {
  return clamp<T>(x + 3, 0, 6) / 6;
}

template <class T>
DOMINO_HOST_DEVICE T sparse_sigmoid(T x) {
  return clamp<T>((x + 1) / 2, 0, 1);
}

template <class T>
DOMINO_HOST_DEVICE T softplus(T x) {
  return std::log1p(std::exp(-std::fabs(x))) + (x > 0 ? x : 0);
}

template <class T>
DOMINO_HOST_DEVICE T gelu(T x) {
  return x / 2 * std::erfc(-x / std::numbers::sqrt2_v<T>);
}

template <class T>
DOMINO_HOST_DEVICE T gelu_tanh(T x) {
  constexpr T kSlope = std::numbers::sqrt2_v<T> * std::numbers::inv_sqrtpi_v<T>;
  return x / 2 * (1 + std::tanh(kSlope * (x + T(0.044715) * x * x * x)));
}

template <class T>
DOMINO_HOST_DEVICE T hard_shrink(T x) {
  return std::fabs(x) > T(0.5) ? x : 0;
}

template <class T>
DOMINO_HOST_DEVICE T soft_shrink(T x) {
  return x > T(0.5) ? x - T(0.5) : x < -T(0.5) ? x + T(0.5) : 0;
}

template <class T>
DOMINO_HOST_DEVICE T sparse_plus(T x) {
  return x <= -1 ? 0 : x >= 1 ? x : (x + 1) * (x + 1) / 4;
}

template <class T>
DOMINO_HOST_DEVICE T squareplus(T x) {
  return (x + std::hypot(x, T(2))) / 2;
}

}  // namespace scalar

/// `kind` of one number. Exact to the last bits of `T`; LogicalNot and IsNan give 0 or 1.
template <class T>
DOMINO_HOST_DEVICE T activate(op::UnaryKind kind, T x) {
  switch (kind) {
    case op::UnaryKind::Linear:
      return x;
    case op::UnaryKind::Negative:
      return -x;
    case op::UnaryKind::Abs:
      return std::fabs(x);
    case op::UnaryKind::Sign:
      return scalar::sign(x);
    case op::UnaryKind::Floor:
      return std::floor(x);
    case op::UnaryKind::Square:
      return x * x;
    case op::UnaryKind::Sqrt:
      return std::sqrt(x);
    case op::UnaryKind::Rsqrt:
      return 1 / std::sqrt(x);
    case op::UnaryKind::Exp:
      return std::exp(x);
    case op::UnaryKind::Expm1:
      return std::expm1(x);
    case op::UnaryKind::Log:
      return std::log(x);
    case op::UnaryKind::Log1p:
      return std::log1p(x);
    case op::UnaryKind::Erf:
      return std::erf(x);
    case op::UnaryKind::Sin:
      return std::sin(x);
    case op::UnaryKind::Cos:
      return std::cos(x);
    case op::UnaryKind::LogicalNot:
      return x == 0 ? 1 : 0;
    case op::UnaryKind::IsNan:
      return x != x ? 1 : 0;
    case op::UnaryKind::Relu:
      return x <= 0 ? 0 : x;
    case op::UnaryKind::Relu6:
      return scalar::clamp<T>(x, 0, 6);
    case op::UnaryKind::Elu:
    case op::UnaryKind::Celu:
      return scalar::elu(x);
    case op::UnaryKind::Selu:
      return scalar::selu(x);
    case op::UnaryKind::Silu:
      return x * scalar::sigmoid(x);
    case op::UnaryKind::Gelu:
      return scalar::gelu(x);
    case op::UnaryKind::GeluTanh:
      return scalar::gelu_tanh(x);
    case op::UnaryKind::Sigmoid:
      return scalar::sigmoid(x);
    case op::UnaryKind::HardSigmoid:
      return scalar::hard_sigmoid(x);
    case op::UnaryKind::LogSigmoid:
      return -scalar::softplus(-x);
    case op::UnaryKind::SparseSigmoid:
      return scalar::sparse_sigmoid(x);
    case op::UnaryKind::Tanh:
      return std::tanh(x);
    case op::UnaryKind::HardTanh:
      return scalar::clamp<T>(x, -1, 1);
    case op::UnaryKind::TanhShrink:
      return x - std::tanh(x);
    case op::UnaryKind::HardShrink:
      return scalar::hard_shrink(x);
    case op::UnaryKind::SoftShrink:
      return scalar::soft_shrink(x);
    case op::UnaryKind::HardSilu:
      return x * scalar::hard_sigmoid(x);
    case op::UnaryKind::Softplus:
      return scalar::softplus(x);
    case op::UnaryKind::Softsign:
      return x / (1 + std::fabs(x));
    case op::UnaryKind::SparsePlus:
      return scalar::sparse_plus(x);
    case op::UnaryKind::Squareplus:
      return scalar::squareplus(x);
    case op::UnaryKind::Mish:
      return x * std::tanh(scalar::softplus(x));
  }
  return std::numeric_limits<T>::quiet_NaN();
}

}  // namespace domino::reference
