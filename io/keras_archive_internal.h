#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "domino/io/byte_source_internal.h"
#include "domino/io/zip_directory_internal.h"

namespace domino {

/// The members of a `.keras` file, which is a zip archive.
///
/// Opening it reads the directory alone and checks all of it; see `read_zip_directory`. Every function
/// throws IoError naming file, member and what is wrong. Safe for many threads.
class KerasArchive {
 public:
  explicit KerasArchive(const std::filesystem::path& file);

  /// In the order of the directory.
  const std::vector<ZipMember>& members() const { return members_; }
  bool contains(std::string_view member) const { return find(member) != nullptr; }

  /// The bytes of a member, its checksum compared. A stored one is a region of the file, read from
  /// there again whenever it is used; a deflated one is unpacked into memory.
  ByteSource bytes(std::string_view member) const;
  /// A member of at most `most_bytes` bytes as text.
  std::string text(std::string_view member, std::uint64_t most_bytes) const;

 private:
  const ZipMember* find(std::string_view name) const;
  ByteSource checked_bytes(std::string_view name, std::uint64_t most_bytes) const;

  ByteSource file_;
  std::vector<ZipMember> members_;
};

}  // namespace domino
