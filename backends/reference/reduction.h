#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "domino/backends/op.h"
#include "domino/backends/reference/arithmetic.h"
#include "domino/core/host_device.h"

namespace domino::reference {

/// In what numbers of type `T` are reduced: floats in double, integers among themselves.
template <class T>
using Total = std::conditional_t<std::is_floating_point_v<T>, double,
                                 std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>>;

/// What `kind` gives for no number; a mean is a sum at first.
template <class W>
DOMINO_HOST_DEVICE W neutral(op::ReduceKind kind) {
  using Limits = std::numeric_limits<W>;
  switch (kind) {
    case op::ReduceKind::Max:
      return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    case op::ReduceKind::Min:
      return Limits::has_infinity ? Limits::infinity() : Limits::max();
    case op::ReduceKind::Prod:
    case op::ReduceKind::All:
      return W{1};
    default:
      return W{};
  }
}

/// The total of two totals. NaN beats every number, whichever comes first.
template <class W>
DOMINO_HOST_DEVICE W combine(op::ReduceKind kind, W a, W b) {
  switch (kind) {
    case op::ReduceKind::Max:
      return scalar::maximum_of(a, b);
    case op::ReduceKind::Min:
      return scalar::minimum_of(a, b);
    case op::ReduceKind::Prod:
      return scalar::multiply_of(a, b);
    case op::ReduceKind::Any:
      return static_cast<W>(a != W{} || b != W{});
    case op::ReduceKind::All:
      return static_cast<W>(a != W{} && b != W{});
    default:
      return scalar::add_of(a, b, false);
  }
}

}  // namespace domino::reference
