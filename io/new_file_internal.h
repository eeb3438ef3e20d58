#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace domino {

/// A file that appears under its name only once it is whole.
///
/// Until `commit` everything goes to a file beside it, which is removed if `commit` is never reached;
/// a file already there stays as it was. Every function throws IoError with the system's reason.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::span<const std::byte> bytes);
  /// The name of the file until then, for who writes it in another way.
  const std::string& beside() const { return beside_; }
  /// Puts the file in its place.
  void commit();

 private:
  [[noreturn]] void fail_with(int error) const;

  const std::filesystem::path path_;
  std::string beside_;
  int descriptor_ = -1;
};

}  // namespace domino
