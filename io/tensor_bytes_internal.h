#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "domino/core/tensor.h"
#include "domino/io/byte_source_internal.h"

namespace domino {

/// The bytes that a tensor of this shape takes; nothing if 63 bits cannot count them.
std::optional<std::uint64_t> tensor_bytes(const Shape& shape, DType dtype);

/// A host tensor with the row-major, little-endian elements at byte `begin`. Throws IoError; only if
/// `file` holds them all is anything allocated.
Tensor read_tensor(const ByteSource& file, std::uint64_t begin, const Shape& shape, DType dtype);

/// The bytes of a tensor that is to be written to a file of this format. Throws ValueError if it has
/// none, DTypeError for strings and DeviceError off the host; `name` is what messages call it.
std::span<const std::byte> writable_bytes(std::string_view name, const Tensor& tensor,
                                          std::string_view format);

}  // namespace domino
