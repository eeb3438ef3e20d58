#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "domino/core/tensor.h"

namespace domino {

/// Builds a 128-bit value number; wide enough that unequal values never meet in practice.
class Hasher {
 public:
  Hasher& add(std::uint64_t word) {
    value_.high = mix(value_.high ^ word, 0x9E3779B97F4A7C15U);
    value_.low = mix(value_.low + word, 0xC2B2AE3D27D4EB4FU) ^ (value_.high >> 7);
    return *this;
  }
  Hasher& add(std::int64_t number) { return add(static_cast<std::uint64_t>(number)); }
  Hasher& add(int number) { return add(static_cast<std::int64_t>(number)); }
  Hasher& add(bool flag) { return add(static_cast<std::uint64_t>(flag)); }
  Hasher& add(double number) { return add(std::bit_cast<std::uint64_t>(number)); }
  Hasher& add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    for (const char c : text) add(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
    return *this;
  }
  /// A literal, which C++ would rather take for a bool.
  Hasher& add(const char* text) { return add(std::string_view(text)); }
  Hasher& add(ValueNumber number) { return add(number.high).add(number.low); }
  template <class T>
  Hasher& add(const std::vector<T>& items) {
    add(static_cast<std::uint64_t>(items.size()));
    for (const T& item : items) add(item);
    return *this;
  }

  ValueNumber value() const { return value_; }

 private:
  static std::uint64_t mix(std::uint64_t x, std::uint64_t factor) {
    x *= factor;
    x ^= x >> 29;
    x *= 0xBF58476D1CE4E5B9U;
    return x ^ (x >> 32);
  }

  ValueNumber value_{0x243F6A8885A308D3U, 0x13198A2E03707344U};
};

}  // namespace domino
