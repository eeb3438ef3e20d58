#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domino/io/byte_source_internal.h"

namespace domino {

/// What the directory of a zip archive says of one member; its bytes are known to be there.
struct ZipMember {
  std::string name;
  bool deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t bytes = 0;        ///< once unpacked
  std::uint64_t begin = 0;        ///< where in the archive its bytes begin
  std::uint64_t bytes_there = 0;  ///< as they lie in the archive
  std::uint64_t header = 0;       ///< where in the archive its own header begins
};

/// Reads the directory of a zip archive, and the header before each member.
///
/// Both have to tell the same, and the archive has to be whole. Refused besides, with an IoError that
/// names the member: names that lead out of a folder or come twice (also in other case), links,
/// encryption, methods other than stored and deflated, members that share bytes, and those that would
/// grow more than 100 times to more than 256 MiB.
std::vector<ZipMember> read_zip_directory(const ByteSource& archive);

}  // namespace domino
