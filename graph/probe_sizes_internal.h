#pragma once

#include <array>
#include <cstdint>

namespace domino {

/// Sizes that stand for the unknown ones: large enough to meet no real size, divisible enough for
/// layers that split or stride, different enough to be told apart.
struct ProbeSizes {
  std::int64_t batch;
  std::int64_t other;
};
inline constexpr std::array<ProbeSizes, 2> kProbes = {{{5040, 7560}, {10080, 15120}}};

}  // namespace domino
