#pragma once

#include "domino/core/tensor.h"

namespace domino::onednn {

/// A host tensor whose memory is used again once nobody holds it: large blocks that come fresh from
/// the system cost more than many a kernel that fills them. Safe in many threads.
Tensor pooled_tensor(Shape shape, DType dtype);

/// Most bytes that tensors hold and that are kept for later; or twice what tensors held at once of late, if that
/// is more, as one predict asks for many sizes in turn. Beyond, what was given back longest ago returns to
/// the system.
inline constexpr std::size_t kMostPooled = std::size_t{64} << 20;
/// Bytes kept now.
std::size_t pooled_bytes();

}  // namespace domino::onednn
