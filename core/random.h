#pragma once

#include <array>
#include <cstdint>

namespace domino {

/// Random numbers that are the same for the same seed with every compiler, library and processor.
///
/// xoshiro256++; the numbers are not those of Keras for that seed. Not for use by two threads at
/// once.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  /// 64 random bits.
  std::uint64_t next();
  /// Evenly spread from `lo` to `hi`.
  double uniform(double lo = 0, double hi = 1);
  double normal(double mean = 0, double stddev = 1);
  /// A normal number, drawn again while it lies more than two `stddev` from `mean`, as in Keras.
  double truncated_normal(double mean = 0, double stddev = 1);

 private:
  std::array<std::uint64_t, 4> state_;
};

/// Resets the generator behind `next_seed()`, as `keras.utils.set_random_seed`: from then on layers
/// without a seed of their own get the same initial weights in every run. Safe in many threads.
void set_random_seed(std::uint64_t seed);

/// A seed for whoever was given none; another one at each call, and in each run of the program
/// unless `set_random_seed` was called. Safe in many threads.
std::uint64_t next_seed();

}  // namespace domino
