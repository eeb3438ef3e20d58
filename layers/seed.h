#pragma once

#include <cstdint>
#include <optional>

#include "domino/core/config.h"
#include "domino/core/random.h"

namespace domino::layers {

/// The `seed` of an initializer or a random layer: a number, or None for a new one each time.
class Seed {
 public:
  Seed() = default;
  Seed(std::int64_t seed) : seed_(seed) {}  // NOLINT(google-explicit-constructor): `.seed = 7`

  /// Random numbers from the seed; from the next of `next_seed()` if there is none.
  Random random() const { return Random(seed_ ? static_cast<std::uint64_t>(*seed_) : next_seed()); }

  /// null or a number. Also reads the object that Keras writes for a SeedGenerator.
  Config to_config() const { return seed_ ? Config(*seed_) : Config(); }
  static Seed from_config(const Config& config) {
    if (config.is_null()) return {};
    if (config.is_object()) return from_config(config.at("config").at("seed"));
    return config.as_int();
  }

 private:
  std::optional<std::int64_t> seed_;
};

}  // namespace domino::layers
