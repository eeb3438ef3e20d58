#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include "domino/core/check.h"
#include "domino/io/byte_source_internal.h"

namespace domino {

/// An open file.
class ByteSource::File final : public Bytes {
 public:
  explicit File(const std::filesystem::path& path) {
    // Opening a pipe would otherwise wait for a writer.
    descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    check<IoError>(descriptor_ >= 0 || errno != ENOENT, "there is no such file");
    check<IoError>(descriptor_ >= 0, "the file cannot be opened for reading: {}",
                   std::error_code(errno, std::generic_category()).message());
  }
  ~File() override {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::uint64_t size() const {
    struct stat status {};
    check<IoError>(fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode),
                   "this is not a file");
    return static_cast<std::uint64_t>(status.st_size);
  }

  void read(std::uint64_t begin, std::span<std::byte> to) const override {
    while (!to.empty()) {
      const ssize_t count = pread(descriptor_, to.data(), to.size(), static_cast<off_t>(begin));
      if (count < 0 && errno == EINTR) continue;
      check<IoError>(count > 0, "its bytes cannot be read; has the file been changed?");
      to = to.subspan(static_cast<std::size_t>(count));
      begin += static_cast<std::uint64_t>(count);
    }
  }

 private:
  int descriptor_ = -1;
};

/// A block of memory.
class ByteSource::Memory final : public Bytes {
 public:
  explicit Memory(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

  void read(std::uint64_t begin, std::span<std::byte> to) const override {
    std::ranges::copy(std::span(bytes_).subspan(begin, to.size()), to.begin());
  }

 private:
  const std::vector<std::byte> bytes_;
};

ByteSource::ByteSource(std::shared_ptr<const Bytes> bytes, std::uint64_t size, std::string name)
    : bytes_(std::move(bytes)), size_(size), name_(std::move(name)) {}

ByteSource ByteSource::file(const std::filesystem::path& path) {
  std::string name = fmt::format("'{}'", path.string());
  try {
    auto file = std::make_shared<const File>(path);
    const std::uint64_t size = file->size();
    return {std::move(file), size, std::move(name)};
  } catch (IoError& error) {
    error.add_context(name);
    throw;
  }
}

ByteSource ByteSource::memory(std::string name, std::vector<std::byte> bytes) {
  const std::uint64_t size = bytes.size();
  return {std::make_shared<const Memory>(std::move(bytes)), size, std::move(name)};
}

// The one place where bounds are checked.
void ByteSource::check_within(std::uint64_t begin, std::uint64_t bytes) const {
  check<IoError>(begin <= size_ && bytes <= size_ - begin,
                 "{} bytes at byte {} lie beyond the end, byte {}", bytes, begin, size_);
}

void ByteSource::read(std::uint64_t begin, std::span<std::byte> to) const {
  check_within(begin, to.size());
  bytes_->read(begin_ + begin, to);
}

std::string ByteSource::text(std::uint64_t begin, std::uint64_t bytes) const {
  check_within(begin, bytes);
  std::string text(bytes, '\0');
  read(begin, std::as_writable_bytes(std::span(text)));
  return text;
}

ByteSource ByteSource::region(std::uint64_t begin, std::uint64_t bytes) const {
  check_within(begin, bytes);
  ByteSource region = *this;
  region.begin_ += begin;
  region.size_ = bytes;
  return region;
}

ByteSource ByteSource::block(std::uint64_t begin, std::uint64_t bytes) const {
  check_within(begin, bytes);
  try {
    std::vector<std::byte> block(bytes);
    read(begin, block);
    return memory(name_, std::move(block));
  } catch (const std::bad_alloc&) {
    fail<IoError>("there is no memory for its {} bytes", bytes);
  }
}

ByteSource ByteSource::named(std::string name) const {
  ByteSource source = *this;
  source.name_ = std::move(name);
  return source;
}

}  // namespace domino
