#pragma once

#include <zip.h>

#include <memory>
#include <mutex>

#include "domino/io/byte_source_internal.h"

namespace domino {

/// A zip archive that libzip has opened, and the lock for it: it serves one thread at a time.
struct ZipFile {
  explicit ZipFile(zip_t* opened) : archive(opened) {}
  ~ZipFile() { zip_discard(archive); }
  ZipFile(const ZipFile&) = delete;
  ZipFile& operator=(const ZipFile&) = delete;

  zip_t* const archive;
  std::mutex mutex;
};

/// Opens it for reading. Throws IoError unless it ends where it should, and each member's own header
/// repeats what the directory says; also if the directory is too long, or a trap for libzip.
std::shared_ptr<ZipFile> open_zip(const ByteSource& file);

}  // namespace domino
