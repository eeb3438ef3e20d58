#include "domino/backends/reference/activation.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace domino::reference {
namespace {

// NaN passes through each comparison that decides, as it does in TensorFlow.

double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

double elu(double x) { return x < 0 ? std::expm1(x) : x; }

double selu(double x) {
  constexpr double kScale = 1.0507009873554804934193349852946;
  constexpr double kAlpha = 1.6732632423543772848170429916717;
  return kScale * (x < 0 ? kAlpha * std::expm1(x) : x);
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double hard_sigmoid(double x) { return clamp(x + 3, 0, 6) / 6; }

double sparse_sigmoid(double x) { return clamp(0.5 * (x + 1), 0, 1); }

double softplus(double x) { return std::log1p(std::exp(-std::fabs(x))) + (x > 0 ? x : 0); }

double gelu(double x) { return 0.5 * x * std::erfc(-x / std::numbers::sqrt2); }

double gelu_tanh(double x) {
  const double slope = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  return 0.5 * x * (1 + std::tanh(slope * (x + 0.044715 * x * x * x)));
}

double hard_shrink(double x) { return std::fabs(x) > 0.5 ? x : 0; }

double soft_shrink(double x) { return x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0; }

double sparse_plus(double x) { return x <= -1 ? 0 : x >= 1 ? x : 0.25 * (x + 1) * (x + 1); }

double squareplus(double x) { return (x + std::sqrt(x * x + 4)) / 2; }

}  // namespace

double activate(op::UnaryKind kind, double x) {
  switch (kind) {
    case op::UnaryKind::Linear:
      return x;
    case op::UnaryKind::Negative:
      return -x;
    case op::UnaryKind::Abs:
      return std::fabs(x);
    case op::UnaryKind::Sign:
      return sign(x);
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
      return std::isnan(x) ? 1 : 0;
    case op::UnaryKind::Relu:
      return x <= 0 ? 0 : x;
    case op::UnaryKind::Relu6:
      return clamp(x, 0, 6);
    case op::UnaryKind::Elu:
    case op::UnaryKind::Celu:
      return elu(x);
    case op::UnaryKind::Selu:
      return selu(x);
    case op::UnaryKind::Silu:
      return x * sigmoid(x);
    case op::UnaryKind::Gelu:
      return gelu(x);
    case op::UnaryKind::GeluTanh:
      return gelu_tanh(x);
    case op::UnaryKind::Sigmoid:
      return sigmoid(x);
    case op::UnaryKind::HardSigmoid:
      return hard_sigmoid(x);
    case op::UnaryKind::LogSigmoid:
      return -softplus(-x);
    case op::UnaryKind::SparseSigmoid:
      return sparse_sigmoid(x);
    case op::UnaryKind::Tanh:
      return std::tanh(x);
    case op::UnaryKind::HardTanh:
      return clamp(x, -1, 1);
    case op::UnaryKind::TanhShrink:
      return x - std::tanh(x);
    case op::UnaryKind::HardShrink:
      return hard_shrink(x);
    case op::UnaryKind::SoftShrink:
      return soft_shrink(x);
    case op::UnaryKind::HardSilu:
      return x * hard_sigmoid(x);
    case op::UnaryKind::Softplus:
      return softplus(x);
    case op::UnaryKind::Softsign:
      return x / (1 + std::fabs(x));
    case op::UnaryKind::SparsePlus:
      return sparse_plus(x);
    case op::UnaryKind::Squareplus:
      return squareplus(x);
    case op::UnaryKind::Mish:
      return x * std::tanh(softplus(x));
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace domino::reference
