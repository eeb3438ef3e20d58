#pragma once

#include <filesystem>
#include <string>

#include "domino/io/new_file_internal.h"

struct zip;

namespace domino {

/// Writes a `.keras` file: a zip archive whose members are stored as they are, by libzip. It appears
/// under its name at `commit`. Every function throws IoError naming the file and the member.
class KerasArchiveWriter {
 public:
  explicit KerasArchiveWriter(const std::filesystem::path& file);
  ~KerasArchiveWriter();
  KerasArchiveWriter(const KerasArchiveWriter&) = delete;
  KerasArchiveWriter& operator=(const KerasArchiveWriter&) = delete;

  void add_text(const std::string& member, const std::string& text);
  /// The bytes of a file, which has to stay until `commit`.
  void add_file(const std::string& member, const std::filesystem::path& from);
  /// Puts the archive in its place; nothing can be added behind it.
  void commit();

 private:
  struct Source;
  void add(const std::string& member, const Source& source);
  [[noreturn]] void fail_for(const std::string& member, const std::string& reason) const;

  const std::string name_;
  NewFile new_file_;
  zip* archive_ = nullptr;
};

}  // namespace domino
