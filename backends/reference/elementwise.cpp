#include <cmath>

#include "domino/backends/reference/activation.h"
#include "domino/backends/reference/kernels.h"
#include "domino/backends/reference/numbers.h"
#include "domino/backends/reference/walk.h"

namespace domino::reference {
namespace {

/// Integers wrap around, as they do in TensorFlow; signed ones may not overflow in C++.
template <class T>
T wrapped(std::uint64_t bits) {
  return static_cast<T>(bits);
}

template <class T>
std::uint64_t bits_of(T x) {
  return static_cast<std::uint64_t>(x);
}

/// The functions that stay among the integers.
template <class T>
T activate_integer(op::UnaryKind kind, T x) {
  switch (kind) {
    case op::UnaryKind::Negative:
      return wrapped<T>(-bits_of(x));
    case op::UnaryKind::Abs:
      return x < T{} ? wrapped<T>(-bits_of(x)) : x;
    case op::UnaryKind::Square:
      return wrapped<T>(bits_of(x) * bits_of(x));
    default:
      return static_cast<T>(activate(kind, static_cast<double>(x)));
  }
}

template <class T>
T power_of(T base, T exponent) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  } else {
    check<ValueError>(exponent >= T{},
                      "power: an integer is raised to {}; integers take no negative exponents, so "
                      "cast to float first",
                      exponent);
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
void check_divisor(std::string_view verb, T divisor) {
  check<ValueError>(divisor != T{},
                    "{}: an integer is divided by zero; change the divisor or cast to float first",
                    verb);
}

template <class T>
bool floor_is_lower(T remainder, T divisor) {
  return remainder != T{} && (remainder < T{}) != (divisor < T{});
}

/// a % b with the sign of b, as in Python.
template <class T>
T mod_of(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    const T remainder = std::fmod(a, b);
    return floor_is_lower(remainder, b) ? remainder + b : remainder;
  } else {
    check_divisor("mod", b);
    // The lowest integer by -1 overflows.
    if (std::is_signed_v<T> && bits_of(b) == ~std::uint64_t{}) return T{};
    const T remainder = static_cast<T>(a % b);
    return floor_is_lower(remainder, b) ? static_cast<T>(remainder + b) : remainder;
  }
}

template <class T>
T floor_divide_of(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::floor(a / b);
  } else {
    check_divisor("floor_divide", b);
    if (std::is_signed_v<T> && bits_of(b) == ~std::uint64_t{}) return wrapped<T>(-bits_of(a));
    const T quotient = static_cast<T>(a / b);
    return floor_is_lower(static_cast<T>(a % b), b) ? static_cast<T>(quotient - 1) : quotient;
  }
}

template <class T>
T add_of(T a, T b, bool subtract) {
  if constexpr (std::is_floating_point_v<T>) {
    return subtract ? a - b : a + b;
  } else {
    return wrapped<T>(subtract ? bits_of(a) - bits_of(b) : bits_of(a) + bits_of(b));
  }
}

template <class T>
T multiply_of(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a * b;
  } else {
    return wrapped<T>(bits_of(a) * bits_of(b));
  }
}

/// The larger number, NaN if there is one; the first of equals.
template <class T>
T maximum_of(T a, T b) {
  return a < b || b != b ? b : a;
}

template <class T>
T minimum_of(T a, T b) {
  return b < a || b != b ? b : a;
}

template <class T>
T compute(op::BinaryKind kind, T a, T b) {
  switch (kind) {
    case op::BinaryKind::Add:
    case op::BinaryKind::Subtract:
      return add_of(a, b, kind == op::BinaryKind::Subtract);
    case op::BinaryKind::Multiply:
      return multiply_of(a, b);
    case op::BinaryKind::FloorDivide:
      return floor_divide_of(a, b);
    case op::BinaryKind::Mod:
      return mod_of(a, b);
    case op::BinaryKind::Power:
      return power_of(a, b);
    case op::BinaryKind::Maximum:
      return maximum_of(a, b);
    case op::BinaryKind::Minimum:
      return minimum_of(a, b);
    default:
      fail<DTypeError>("{} does not give {}", op::name_of(kind), kDTypeOf<T>);
  }
}

template <class T>
bool holds(op::BinaryKind kind, T a, T b) {
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

template <class T, class R, class F>
void each_pair(op::Inputs inputs, Tensor& output, F f) {
  const auto a = inputs[0].data<T>().data();
  const auto b = inputs[1].data<T>().data();
  R* next = output.mutable_data<R>().data();
  const Shape& shape = output.shape();
  walk<2>(
      shape,
      {broadcast_strides(inputs[0].shape(), shape), broadcast_strides(inputs[1].shape(), shape)},
      [&](const Offsets<2>& at) { *next++ = f(a[at[0]], b[at[1]]); });
}

template <class T>
void divide(op::Inputs inputs, Tensor& output) {
  visit_computed(output.dtype(), [&]<class R>(TypeTag<R>) {
    if constexpr (std::is_floating_point_v<R>) {
      each_pair<T, R>(inputs, output,
                      [](T a, T b) { return static_cast<R>(a) / static_cast<R>(b); });
    } else {
      fail<DTypeError>("divide gives floats, not {}", kDTypeOf<R>);
    }
  });
}

}  // namespace

void unary(const op::Unary& op, op::Inputs inputs, op::Outputs outputs) {
  visit_computed(inputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    visit_computed(outputs[0].dtype(), [&]<class R>(TypeTag<R>) {
      R* next = outputs[0].mutable_data<R>().data();
      for (const T x : inputs[0].data<T>()) {
        if constexpr (std::is_integral_v<R> && std::is_integral_v<T>) {
          *next++ = activate_integer(op.kind, static_cast<R>(x));
        } else {
          *next++ = static_cast<R>(activate(op.kind, static_cast<double>(x)));
        }
      }
    });
  });
}

void binary(const op::Binary& op, op::Inputs inputs, op::Outputs outputs) {
  visit_computed(inputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    const auto compare = [&](T a, T b) { return holds(op.kind, a, b); };
    const auto combine = [&](T a, T b) { return compute(op.kind, a, b); };
    if (op.kind == op::BinaryKind::Divide) return divide<T>(inputs, outputs[0]);
    if (outputs[0].dtype() == DType::Bool) return each_pair<T, bool>(inputs, outputs[0], compare);
    each_pair<T, T>(inputs, outputs[0], combine);
  });
}

void where(const op::Where&, op::Inputs inputs, op::Outputs outputs) {
  const bool* condition = inputs[0].data<bool>().data();
  const Shape& shape = outputs[0].shape();
  visit_number(outputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    const T* a = inputs[1].data<T>().data();
    const T* b = inputs[2].data<T>().data();
    T* next = outputs[0].mutable_data<T>().data();
    walk<3>(
        shape,
        {broadcast_strides(inputs[0].shape(), shape), broadcast_strides(inputs[1].shape(), shape),
         broadcast_strides(inputs[2].shape(), shape)},
        [&](const Offsets<3>& at) { *next++ = condition[at[0]] ? a[at[1]] : b[at[2]]; });
  });
}

}  // namespace domino::reference
