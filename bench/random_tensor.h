#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "domino/core/random.h"
#include "domino/core/tensor.h"

/// What the micro-benchmarks compute with: numbers that are the same in every run.
namespace domino::bench {

inline Tensor random_tensor(const Shape& shape) {
  Random random(1);
  std::vector<float> numbers(static_cast<std::size_t>(shape.elements()));
  for (float& number : numbers) number = static_cast<float>(random.uniform(-1, 1));
  return {shape, numbers};
}

/// Ids of sentences padded behind with 0, (batch, steps), of which about `percent` are words: lengths lie
/// within 20 % of their mean. At 100 there is no padding.
inline Tensor random_ids(std::int64_t batch, std::int64_t steps, std::int64_t percent) {
  constexpr int kWords = 10'000;
  Random random(1);
  std::vector<std::int32_t> ids(static_cast<std::size_t>(batch * steps), 0);
  for (std::int64_t row = 0; row < batch; ++row) {
    const double spread = percent >= 100 ? 1 : random.uniform(0.8, 1.2);
    const double length = static_cast<double>(steps * percent) / 100 * spread;
    for (std::int64_t step = 0; step < steps && static_cast<double>(step) < length; ++step) {
      ids[static_cast<std::size_t>(row * steps + step)] =
          static_cast<std::int32_t>(random.uniform(1, kWords));
    }
  }
  return {{batch, steps}, ids};
}

}  // namespace domino::bench
