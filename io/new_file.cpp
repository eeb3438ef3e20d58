#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "domino/core/check.h"
#include "domino/io/new_file_internal.h"

namespace domino {

NewFile::NewFile(std::filesystem::path path) : path_(std::move(path)) {
  static std::atomic<int> count = 0;
  do {
    beside_ = fmt::format("{}.{}-{}.part", path_.string(), getpid(), count++);
    descriptor_ = open(beside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && (errno == EEXIST || errno == EINTR));
  if (descriptor_ < 0) fail_with(errno);
}

NewFile::~NewFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!beside_.empty()) unlink(beside_.c_str());
}

void NewFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_with(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void NewFile::commit() {
  // Without it a crash of the machine may leave the name on an empty file.
  if (fsync(descriptor_) != 0) fail_with(errno);
  if (close(std::exchange(descriptor_, -1)) != 0) fail_with(errno);
  if (std::rename(beside_.c_str(), path_.c_str()) != 0) fail_with(errno);
  beside_.clear();
}

void NewFile::fail_with(int error) const {
  fail<IoError>("cannot write '{}': {}", path_.string(),
                std::error_code(error, std::generic_category()).message());
}

}  // namespace domino
