#pragma once

#include <cstdint>

/// Work from which another thread is worth its start.
namespace domino::onednn {

/// Numbers that are only moved, added or compared.
inline constexpr std::int64_t kElementGrain = 1 << 16;
/// Numbers that go through an exponential function.
inline constexpr std::int64_t kFunctionGrain = 1 << 14;
/// Multiplications of a product.
inline constexpr std::int64_t kProductGrain = 1 << 17;

}  // namespace domino::onednn
