#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domino/io/byte_source_internal.h"
#include "domino/io/zip_file_internal.h"
#include "domino/io/zip_member_internal.h"

namespace domino {

/// The members of a `.keras` file, which is a zip archive.
///
/// Opening it reads the directory alone and checks all of it; see `open_zip` and `zip_members`. Every function
/// throws IoError naming file, member and what is wrong. Safe for many threads.
class KerasArchive {
 public:
  explicit KerasArchive(const std::filesystem::path& file);

  /// In the order of the directory.
  const std::vector<ZipMember>& members() const { return members_; }
  bool contains(std::string_view member) const { return find(member) != nullptr; }

  /// The bytes of a member, its checksum compared. See `open_zip_member`.
  ByteSource bytes(std::string_view member) const;
  /// A member of at most `most_bytes` bytes as text.
  std::string text(std::string_view member, std::uint64_t most_bytes) const;

 private:
  const ZipMember* find(std::string_view name) const;
  ByteSource checked_bytes(std::string_view name, std::uint64_t most_bytes) const;

  std::shared_ptr<ZipFile> zip_;
  std::string name_;
  std::vector<ZipMember> members_;
};

}  // namespace domino
