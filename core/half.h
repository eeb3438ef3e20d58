#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "domino/core/host_device.h"

namespace domino {

/// IEEE 754 half precision, for storage only: kernels compute in float32.
struct Float16 {
  std::uint16_t bits = 0;
};

/// The upper half of a float32, for storage only: kernels compute in float32.
struct BFloat16 {
  std::uint16_t bits = 0;
};

DOMINO_HOST_DEVICE inline float to_float(Float16 value) {
  const std::uint32_t sign = (value.bits & 0x8000U) << 16;
  const std::uint32_t exponent = (value.bits >> 10) & 0x1FU;
  const std::uint32_t fraction = value.bits & 0x3FFU;
  if (exponent == 0) {
    const float magnitude = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

DOMINO_HOST_DEVICE inline float to_float(BFloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}

DOMINO_HOST_DEVICE inline Float16 to_float16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
  const float magnitude = std::fabs(value);
  if (value != value) {
    // As NumPy does: the payload is kept as far as it fits, so half NaNs come back as they were.
    const std::uint32_t payload = (bits & 0x7FFFFFU) >> 13;
    return {static_cast<std::uint16_t>(sign | 0x7C00U | (payload == 0 ? 1U : payload))};
  }
  // 65520 is where rounding to nearest even reaches infinity.
  if (magnitude >= 65520.0F) return {static_cast<std::uint16_t>(sign | 0x7C00U)};
  if (magnitude < 0x1p-14F) {
    const auto steps = static_cast<std::uint16_t>(std::nearbyint(std::ldexp(magnitude, 24)));
    return {static_cast<std::uint16_t>(sign | steps)};
  }
  std::uint32_t rest = bits & 0x7FFFFFFFU;
  rest += 0xFFFU + ((rest >> 13) & 1U);
  return {static_cast<std::uint16_t>(sign | ((rest >> 13) - (112U << 10)))};
}

DOMINO_HOST_DEVICE inline BFloat16 to_bfloat16(float value) {
  auto bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return {static_cast<std::uint16_t>((bits >> 16) | 0x40U)};
  bits += 0x7FFFU + ((bits >> 16) & 1U);
  return {static_cast<std::uint16_t>(bits >> 16)};
}

}  // namespace domino
