#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "domino/io/byte_source_internal.h"
#include "domino/io/zip_file_internal.h"

namespace domino {

/// What the directory of a zip archive says of one member.
struct ZipMember {
  std::string name;
  std::uint64_t index = 0;
  std::uint64_t bytes = 0;        ///< once unpacked
  std::uint64_t bytes_there = 0;  ///< as they lie in the archive
  bool deflated = false;
};

/// All members. Throws an IoError that names one if its name leads out of a folder or differs from
/// another by case alone, if it is a link, encrypted, or of a method other than stored and deflated,
/// if the members have more bytes than the archive of `archive_bytes`, or unpack to more than 256 MiB
/// and 100 times the archive.
std::vector<ZipMember> zip_members(const ZipFile& file, std::uint64_t archive_bytes);

/// The bytes of a member, called `name`, their checksum compared. A stored member is read from the
/// archive again whenever it is used; a deflated one is unpacked into memory.
ByteSource open_zip_member(const std::shared_ptr<ZipFile>& file, const ZipMember& member,
                           std::string name);

}  // namespace domino
