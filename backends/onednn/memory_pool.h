#pragma once

#include "domino/core/tensor.h"

namespace domino::onednn {

/// A host tensor whose memory is used again once nobody holds it: large blocks that come fresh from
/// the system cost more than many a kernel that fills them. Safe in many threads.
Tensor pooled_tensor(Shape shape, DType dtype);

/// Most bytes kept for later, or twice what tensors ever held at once, if that is more: one predict asks for
/// many sizes in turn. Beyond, what was not asked for longest goes back to the system.
inline constexpr std::size_t kMostPooled = std::size_t{64} << 20;
/// Bytes kept now.
std::size_t pooled_bytes();

}  // namespace domino::onednn
