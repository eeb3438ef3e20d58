#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace domino::cuda {

/// `rows`, at least 1, rounded up to one of `rungs` counts, a power of two, between two powers of two.
constexpr std::int64_t rung_of(std::int64_t rows, std::int64_t rungs) {
  const auto below = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(rows)));
  const std::int64_t apart = std::max<std::int64_t>(below / rungs, 1);
  return (rows + apart - 1) / apart * apart;
}

}  // namespace domino::cuda
