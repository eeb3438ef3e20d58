#pragma once

#include <cstdint>
#include <optional>

#include "domino/core/tensor.h"
#include "domino/io/byte_source_internal.h"

namespace domino {

/// The bytes that a tensor of this shape takes; nothing if 63 bits cannot count them.
std::optional<std::uint64_t> tensor_bytes(const Shape& shape, DType dtype);

/// A host tensor with the row-major, little-endian elements at byte `begin`. Throws IoError; only if
/// `file` holds them all is anything allocated.
Tensor read_tensor(const ByteSource& file, std::uint64_t begin, const Shape& shape, DType dtype);

}  // namespace domino
