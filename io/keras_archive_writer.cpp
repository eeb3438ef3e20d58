#include <zip.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

#include "domino/core/check.h"
#include "domino/io/keras_archive_writer_internal.h"

namespace domino {

struct KerasArchiveWriter::Source {
  zip_source_t* handle;
};

KerasArchiveWriter::KerasArchiveWriter(const std::filesystem::path& file)
    : name_(fmt::format("'{}'", file.string())), new_file_(file) {
  int error = 0;
  archive_ = zip_open(new_file_.beside().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  if (archive_ != nullptr) return;
  zip_error_t reason;
  zip_error_init_with_code(&reason, error);
  const std::string text = zip_error_strerror(&reason);
  zip_error_fini(&reason);
  fail<IoError>("{}: cannot be written: {}", name_, text);
}

KerasArchiveWriter::~KerasArchiveWriter() {
  if (archive_ != nullptr) zip_discard(archive_);
}

void KerasArchiveWriter::fail_for(const std::string& member, const std::string& reason) const {
  fail<IoError>("{}: member '{}' cannot be written: {}", name_, member, reason);
}

void KerasArchiveWriter::add(const std::string& member, const Source& source) {
  if (source.handle == nullptr) fail_for(member, zip_strerror(archive_));
  const zip_int64_t index = zip_file_add(archive_, member.c_str(), source.handle, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source.handle);
    fail_for(member, zip_strerror(archive_));
  }
  const auto place = static_cast<zip_uint64_t>(index);
  if (zip_set_file_compression(archive_, place, ZIP_CM_STORE, 0) < 0) {
    fail_for(member, zip_strerror(archive_));
  }
}

void KerasArchiveWriter::add_text(const std::string& member, const std::string& text) {
  // libzip frees the copy.
  void* const copy = std::malloc(text.empty() ? 1 : text.size());  // NOLINT(*-no-malloc)
  if (copy == nullptr) throw std::bad_alloc();
  std::copy(text.begin(), text.end(), static_cast<char*>(copy));
  add(member, {zip_source_buffer(archive_, copy, text.size(), 1)});
}

void KerasArchiveWriter::add_file(const std::string& member, const std::filesystem::path& from) {
  add(member, {zip_source_file(archive_, from.c_str(), 0, -1)});
}

void KerasArchiveWriter::commit() {
  if (zip_close(archive_) < 0)
    fail<IoError>("{}: cannot be written: {}", name_, zip_strerror(archive_));
  archive_ = nullptr;
  new_file_.commit();
}

}  // namespace domino
