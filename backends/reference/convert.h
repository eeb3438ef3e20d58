#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "domino/core/host_device.h"
#include "domino/core/visit_dtype.h"

namespace domino::reference {

/// `x` toward zero if `Integer` holds that, else the lowest `Integer`: what the x86 processor gives.
template <class Integer>
DOMINO_HOST_DEVICE Integer truncated(double x) {
  constexpr auto kLowest = std::numeric_limits<Integer>::min();
  const double whole = std::trunc(x);
  const bool fits = whole >= static_cast<double>(kLowest) && whole < -static_cast<double>(kLowest);
  return fits ? static_cast<Integer>(whole) : kLowest;
}

/// Floats to integers as TensorFlow on x86: through 32 bits into the small types, which keep the low
/// bits, and through 64 into the others.
template <class To>
DOMINO_HOST_DEVICE To to_integer(double x) {
  if constexpr (sizeof(To) < 4 || std::is_same_v<To, std::int32_t>) {
    return static_cast<To>(truncated<std::int32_t>(x));
  } else if constexpr (std::is_same_v<To, std::uint64_t>) {
    if (x >= 0x1p63 && x < 0x1p64) return static_cast<To>(x);
    return static_cast<To>(truncated<std::int64_t>(x));
  } else {
    return static_cast<To>(truncated<std::int64_t>(x));
  }
}

/// One number in another type, as op::Cast says.
template <class To, class From>
DOMINO_HOST_DEVICE To convert(From from) {
  const auto wide = widen(from);
  if constexpr (std::is_same_v<To, bool>) {
    return wide != decltype(wide){};
  } else if constexpr (std::is_same_v<To, Float16>) {
    return to_float16(static_cast<float>(wide));
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    return to_bfloat16(static_cast<float>(wide));
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<decltype(widen(from))>) {
    return to_integer<To>(static_cast<double>(wide));
  } else {
    return static_cast<To>(wide);
  }
}

}  // namespace domino::reference
