#include "domino/core/random.h"

#include <bit>
#include <cmath>
#include <mutex>
#include <numbers>
#include <random>

namespace domino {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// The natural logarithm, by operations that IEEE 754 rounds alike everywhere: the last bits of
/// std::log depend on the C library. std::fma keeps compilers from fusing, or not, as they like.
double log_of(double x) {
  int exponent = 0;
  double fraction = std::frexp(x, &exponent);
  if (fraction < std::numbers::sqrt2 / 2) {
    fraction *= 2;
    --exponent;
  }
  // log(f) = 2 (s + s^3 / 3 + s^5 / 5 ...) with |s| < 0.172
  const double s = (fraction - 1) / (fraction + 1);
  const double square = s * s;
  double sum = 0;
  for (int k = 21; k >= 1; k -= 2) sum = std::fma(sum, square, 1.0 / k);
  return std::fma(exponent, std::numbers::ln2, 2 * s * sum);
}

struct Seeds {
  std::mutex mutex;
  Random random{std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()};
};

Seeds& seeds() {
  static Seeds instance;
  return instance;
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = split_mix(seed);
}

std::uint64_t Random::next() {
  auto& [a, b, c, d] = state_;
  const std::uint64_t result = std::rotl(a + d, 23) + a;
  const std::uint64_t shifted = b << 17;
  c ^= a;
  d ^= b;
  b ^= c;
  a ^= d;
  c ^= shifted;
  d = std::rotl(d, 45);
  return result;
}

double Random::uniform(double lo, double hi) {
  // 53 bits: all that a double holds.
  const double unit = static_cast<double>(next() >> 11) * 0x1p-53;
  return std::fma(hi - lo, unit, lo);
}

double Random::normal(double mean, double stddev) {
  // Marsaglia's polar method.
  for (;;) {
    const double x = uniform(-1, 1);
    const double y = uniform(-1, 1);
    const double square = std::fma(x, x, y * y);
    if (square >= 1 || square == 0) continue;
    return std::fma(stddev, x * std::sqrt(-2 * log_of(square) / square), mean);
  }
}

double Random::truncated_normal(double mean, double stddev) {
  double unit = normal();
  while (std::fabs(unit) > 2) unit = normal();
  return std::fma(stddev, unit, mean);
}

void set_random_seed(std::uint64_t seed) {
  const std::lock_guard lock(seeds().mutex);
  seeds().random = Random(seed);
}

std::uint64_t next_seed() {
  const std::lock_guard lock(seeds().mutex);
  return seeds().random.next();
}

}  // namespace domino
