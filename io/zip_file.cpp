#include "domino/io/zip_file_internal.h"

#include <algorithm>
#include <limits>
#include <new>
#include <span>
#include <utility>

#include "domino/core/check.h"

namespace domino {
namespace {

/// A zip_error_t that is given back.
class ZipError {
 public:
  ZipError() { zip_error_init(&error_); }
  ~ZipError() { zip_error_fini(&error_); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;

  zip_error_t* get() { return &error_; }

 private:
  zip_error_t error_{};
};

/// What libzip reads an archive from.
///
/// libzip 1.7.3 tries every place that looks like an end of the archive and reads the whole directory
/// for each, so that a few megabytes can keep it busy for hours. Reads are therefore counted until the
/// archive is open; a member takes four of them.
class Source {
 public:
  explicit Source(ByteSource file) : file_(std::move(file)) {}

  bool exhausted() const { return reads_left_ == 0; }
  void set_opened() { reads_left_ = std::numeric_limits<std::uint64_t>::max(); }

  /// What libzip calls.
  static zip_int64_t run(void* self, void* data, zip_uint64_t bytes, zip_source_cmd_t command) {
    return static_cast<Source*>(self)->run(data, bytes, command);
  }

 private:
  zip_int64_t run(void* data, zip_uint64_t bytes, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_OPEN:
      case ZIP_SOURCE_CLOSE:
      case ZIP_SOURCE_ACCEPT_EMPTY:
        return 0;
      case ZIP_SOURCE_READ:
        return read({static_cast<std::byte*>(data), bytes});
      case ZIP_SOURCE_SEEK:
        return seek(data, bytes);
      case ZIP_SOURCE_TELL:
        return static_cast<zip_int64_t>(position_);
      case ZIP_SOURCE_STAT:
        return tell_size(static_cast<zip_stat_t*>(data));
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(error_.get(), data, bytes);
      case ZIP_SOURCE_FREE:
        delete this;
        return 0;
      default:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
            ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_ACCEPT_EMPTY, -1);
    }
  }

  zip_int64_t read(std::span<std::byte> to) {
    to = to.first(std::min<std::uint64_t>(to.size(), file_.size() - position_));
    try {
      check<IoError>(!exhausted(), "too many reads");
      --reads_left_;
      file_.read(position_, to);
    } catch (const IoError&) {
      zip_error_set(error_.get(), ZIP_ER_READ, 0);
      return -1;
    }
    position_ += to.size();
    return static_cast<zip_int64_t>(to.size());
  }

  zip_int64_t seek(void* data, zip_uint64_t bytes) {
    const zip_int64_t to =
        zip_source_seek_compute_offset(position_, file_.size(), data, bytes, error_.get());
    if (to < 0) return -1;
    position_ = static_cast<std::uint64_t>(to);
    return 0;
  }

  zip_int64_t tell_size(zip_stat_t* stat) const {
    zip_stat_init(stat);
    stat->size = file_.size();
    stat->valid = ZIP_STAT_SIZE;
    return sizeof(*stat);
  }

  const ByteSource file_;
  std::uint64_t position_ = 0;
  std::uint64_t reads_left_ = 100'000;
  ZipError error_;
};

[[noreturn]] void fail_to_open(zip_error_t* error, const Source& source) {
  check<IoError>(!source.exhausted(), "its directory is too long");
  check<IoError>(zip_error_code_zip(error) != ZIP_ER_EXISTS, "two of its members have one name");
  fail<IoError>("this is no zip archive, or a damaged one; libzip says: {}",
                zip_error_strerror(error));
}

}  // namespace

std::shared_ptr<ZipFile> open_zip(const ByteSource& file) {
  ZipError error;
  auto owned = std::make_unique<Source>(file);
  zip_source_t* const handle = zip_source_function_create(Source::run, owned.get(), error.get());
  if (handle == nullptr) throw std::bad_alloc();
  Source* const source = owned.release();  // libzip deletes it
  zip_t* const archive = zip_open_from_source(handle, ZIP_RDONLY | ZIP_CHECKCONS, error.get());
  if (archive == nullptr) {
    const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> freed(handle, zip_source_free);
    fail_to_open(error.get(), *source);
  }
  source->set_opened();
  return std::make_shared<ZipFile>(archive);
}

}  // namespace domino
