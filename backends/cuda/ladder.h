#pragma once

#include <bit>
#include <cstdint>

namespace domino::cuda {

/// `rows`, at least 1, rounded up to one of four counts between two powers of two: less than a quarter more.
constexpr std::int64_t rung_of(std::int64_t rows) {
  const int bits = std::bit_width(static_cast<std::uint64_t>(rows));
  const std::int64_t apart = bits > 3 ? std::int64_t{1} << (bits - 3) : 1;
  return (rows + apart - 1) / apart * apart;
}

}  // namespace domino::cuda
