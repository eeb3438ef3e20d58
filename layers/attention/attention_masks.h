#pragma once

#include <cstdint>

#include "domino/core/tensor.h"

/// Which keys a query may see by their places, as Attention and MultiHeadAttention ask.
namespace domino::layers {

/// Bool (queries, keys): query t sees the keys at t and before, counted from the first of each.
Tensor causal_mask(std::int64_t queries, std::int64_t keys);

/// Bool (queries, keys): query t sees the keys less than `window` away.
Tensor window_mask(std::int64_t queries, std::int64_t keys, std::int64_t window);

/// Both where both are given; an undefined tensor keeps everything.
Tensor both(const Tensor& a, const Tensor& b);

}  // namespace domino::layers
