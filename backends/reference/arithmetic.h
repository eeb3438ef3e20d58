#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "domino/backends/op.h"
#include "domino/core/host_device.h"

namespace domino::reference {

namespace scalar {

/// Integers wrap around, as they do in TensorFlow; signed ones may not overflow in C++.
template <class T>
DOMINO_HOST_DEVICE T wrapped(std::uint64_t bits) {
  return static_cast<T>(bits);
}

template <class T>
DOMINO_HOST_DEVICE std::uint64_t bits_of(T x) {
  return static_cast<std::uint64_t>(x);
}

template <class T>
DOMINO_HOST_DEVICE T power_of(T base, T exponent) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  } else {
    std::uint64_t result = 1;
    std::uint64_t square = bits_of(base);
    for (std::uint64_t left = bits_of(exponent); left != 0; left >>= 1) {
      if ((left & 1U) != 0) result *= square;
      square *= square;
    }
    return wrapped<T>(result);
  }
}

template <class T>
DOMINO_HOST_DEVICE bool floor_is_lower(T remainder, T divisor) {
  return remainder != T{} && (remainder < T{}) != (divisor < T{});
}

/// a % b with the sign of b, as in Python.
template <class T>
DOMINO_HOST_DEVICE T mod_of(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    const T remainder = std::fmod(a, b);
    return floor_is_lower(remainder, b) ? remainder + b : remainder;
  } else {
    // The lowest integer by -1 overflows.
    if (std::is_signed_v<T> && bits_of(b) == ~std::uint64_t{}) return T{};
    const T remainder = static_cast<T>(a % b);
    return floor_is_lower(remainder, b) ? static_cast<T>(remainder + b) : remainder;
  }
}

template <class T>
DOMINO_HOST_DEVICE T floor_divide_of(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::floor(a / b);
  } else {
    if (std::is_signed_v<T> && bits_of(b) == ~std::uint64_t{}) return wrapped<T>(-bits_of(a));
    const T quotient = static_cast<T>(a / b);
    return floor_is_lower(static_cast<T>(a % b), b) ? static_cast<T>(quotient - 1) : quotient;
  }
}

template <class T>
DOMINO_HOST_DEVICE T add_of(T a, T b, bool subtract) {
  if constexpr (std::is_floating_point_v<T>) {
    return subtract ? a - b : a + b;
  } else {
    return wrapped<T>(subtract ? bits_of(a) - bits_of(b) : bits_of(a) + bits_of(b));
  }
}

template <class T>
DOMINO_HOST_DEVICE T multiply_of(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a * b;
  } else {
    return wrapped<T>(bits_of(a) * bits_of(b));
  }
}

/// The larger number, NaN if there is one; the first of equals.
template <class T>
DOMINO_HOST_DEVICE T maximum_of(T a, T b) {
  return a < b || b != b ? b : a;
}

template <class T>
DOMINO_HOST_DEVICE T minimum_of(T a, T b) {
  return b < a || b != b ? b : a;
}

}  // namespace scalar

/// The functions that stay among the integers; the others, Linear and Floor, give the number back.
template <class T>
DOMINO_HOST_DEVICE T activate_integer(op::UnaryKind kind, T x) {
  switch (kind) {
    case op::UnaryKind::Negative:
      return scalar::wrapped<T>(-scalar::bits_of(x));
    case op::UnaryKind::Abs:
      return x < T{} ? scalar::wrapped<T>(-scalar::bits_of(x)) : x;
    case op::UnaryKind::Square:
      return scalar::wrapped<T>(scalar::bits_of(x) * scalar::bits_of(x));
    case op::UnaryKind::Sign:
      return static_cast<T>((x > T{}) - (x < T{}));
    case op::UnaryKind::Relu:
      return x < T{} ? T{} : x;
    case op::UnaryKind::Relu6:
      return x < T{} ? T{} : x > T(6) ? T(6) : x;
    default:
      return x;
  }
}

/// LogicalNot and IsNan.
template <class T>
DOMINO_HOST_DEVICE bool is(op::UnaryKind kind, T x) {
  return kind == op::UnaryKind::LogicalNot ? x == T{} : x != x;
}

/// Whether `kind` has no answer for `b`: integers are not divided by 0, nor raised to what is below it.
template <class T>
DOMINO_HOST_DEVICE bool refuses(op::BinaryKind kind, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return false;
  } else {
    if (kind == op::BinaryKind::Power) return b < T{};
    return (kind == op::BinaryKind::FloorDivide || kind == op::BinaryKind::Mod) && b == T{};
  }
}

/// `kind` of two numbers of one type, the second of which is not refused; Divide and what gives bools
/// are elsewhere.
template <class T>
DOMINO_HOST_DEVICE T compute(op::BinaryKind kind, T a, T b) {
  switch (kind) {
    case op::BinaryKind::Add:
    case op::BinaryKind::Subtract:
      return scalar::add_of(a, b, kind == op::BinaryKind::Subtract);
    case op::BinaryKind::Multiply:
      return scalar::multiply_of(a, b);
    case op::BinaryKind::FloorDivide:
      return scalar::floor_divide_of(a, b);
    case op::BinaryKind::Mod:
      return scalar::mod_of(a, b);
    case op::BinaryKind::Power:
      return scalar::power_of(a, b);
    case op::BinaryKind::Maximum:
      return scalar::maximum_of(a, b);
    case op::BinaryKind::Minimum:
      return scalar::minimum_of(a, b);
    default:
      return T{};
  }
}

/// The kinds that give bools.
template <class T>
DOMINO_HOST_DEVICE bool holds(op::BinaryKind kind, T a, T b) {
  switch (kind) {
    case op::BinaryKind::Equal:
      return a == b;
    case op::BinaryKind::NotEqual:
      return a != b;
    case op::BinaryKind::Less:
      return a < b;
    case op::BinaryKind::LessEqual:
      return a <= b;
    case op::BinaryKind::Greater:
      return a > b;
    case op::BinaryKind::GreaterEqual:
      return a >= b;
    case op::BinaryKind::LogicalAnd:
      return a != T{} && b != T{};
    case op::BinaryKind::LogicalOr:
      return a != T{} || b != T{};
    default:
      return static_cast<bool>(compute(kind, a, b));
  }
}

}  // namespace domino::reference
