#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "domino/io/byte_source_internal.h"

namespace domino {

/// Unpacks deflated bytes (RFC 1951) to exactly `bytes` bytes. Throws IoError if there are more or
/// fewer, or anything behind them.
std::vector<std::byte> inflate_raw(const ByteSource& packed, std::uint64_t bytes);

/// The checksum of all bytes, as zip archives have it.
std::uint32_t crc32_of(const ByteSource& source);

}  // namespace domino
