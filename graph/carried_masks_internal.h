#pragma once

#include <algorithm>

#include "domino/core/mask.h"
#include "domino/core/tensor.h"

namespace domino {

/// The masks that hang on these tensors.
inline OptionalMasks carried(const Tensors& tensors) {
  OptionalMasks masks;
  for (const Tensor& tensor : tensors) masks.push_back(tensor.mask());
  return masks;
}

inline bool any_mask(const OptionalMasks& masks) {
  return std::ranges::any_of(masks, [](const OptionalMask& mask) { return mask.has_value(); });
}

}  // namespace domino
