#include <algorithm>
#include <span>
#include <utility>

#include "domino/core/check.h"
#include "domino/io/zip_member_internal.h"

namespace domino {
namespace {

/// A member as libzip reads it; a deflated one from its beginning to its end only.
class OpenMember final : public ByteSource::Bytes {
 public:
  OpenMember(std::shared_ptr<ZipFile> zip, std::uint64_t index) : zip_(std::move(zip)) {
    const std::scoped_lock lock(zip_->mutex);
    file_ = zip_fopen_index(zip_->archive, index, 0);
    check<IoError>(file_ != nullptr, "it cannot be opened: {}", zip_strerror(zip_->archive));
  }
  ~OpenMember() override {
    const std::scoped_lock lock(zip_->mutex);
    if (file_ != nullptr) zip_fclose(file_);
  }
  OpenMember(const OpenMember&) = delete;
  OpenMember& operator=(const OpenMember&) = delete;

  void read(std::uint64_t begin, std::span<std::byte> to) const override {
    const std::scoped_lock lock(zip_->mutex);
    if (begin != position_) {
      check_is_fine(zip_fseek(file_, static_cast<zip_int64_t>(begin), SEEK_SET) == 0);
    }
    position_ = begin + to.size();
    while (!to.empty()) {
      const zip_int64_t count = zip_fread(file_, to.data(), std::min(to.size(), kMostAtOnce));
      check_is_fine(count >= 0);
      check<IoError>(count > 0, "its bytes end too early");
      to = to.subspan(static_cast<std::size_t>(count));
    }
  }

  /// To be called when all has been read: libzip compares size and checksum now.
  void check_end() const {
    const std::scoped_lock lock(zip_->mutex);
    std::byte more{};
    const zip_int64_t count = zip_fread(file_, &more, 1);
    check_is_fine(count >= 0);
    check<IoError>(count == 0, "it has more bytes than the directory says");
  }

 private:
  /// libzip 1.7.3 counts the bytes that it inflates at once in 32 bits.
  static constexpr std::size_t kMostAtOnce = std::size_t{1} << 30U;

  void check_is_fine(bool fine) const {
    check<IoError>(fine, "it cannot be read: {}; is the file damaged, or has it been changed?",
                   zip_file_strerror(file_));
  }

  const std::shared_ptr<ZipFile> zip_;
  zip_file_t* file_;
  mutable std::uint64_t position_ = 0;
};

void read_through(const ByteSource& source) {
  constexpr std::uint64_t kChunkBytes = 1U << 20U;
  std::vector<std::byte> chunk(std::min(source.size(), kChunkBytes));
  for (std::uint64_t at = 0; at < source.size(); at += chunk.size()) {
    source.read(at, std::span(chunk).first(std::min(source.size() - at, kChunkBytes)));
  }
}

}  // namespace

ByteSource open_zip_member(const std::shared_ptr<ZipFile>& file, const ZipMember& member,
                           std::string name) {
  const auto opened = std::make_shared<const OpenMember>(file, member.index);
  ByteSource source(opened, member.bytes, std::move(name));
  if (member.deflated) {
    source = source.block(0, source.size());
  } else {
    read_through(source);
  }
  opened->check_end();
  return source;
}

}  // namespace domino
