#include <algorithm>
#include <limits>

#include "domino/core/check.h"
#include "domino/io/inflate_internal.h"
#include "domino/io/keras_archive_internal.h"
#include "domino/io/shown_name_internal.h"

namespace domino {

KerasArchive::KerasArchive(const std::filesystem::path& file) : file_(ByteSource::file(file)) {
  try {
    members_ = read_zip_directory(file_);
  } catch (IoError& error) {
    error.add_context(file_.name());
    throw;
  }
}

const ZipMember* KerasArchive::find(std::string_view name) const {
  const auto it = std::ranges::find(members_, name, &ZipMember::name);
  return it == members_.end() ? nullptr : &*it;
}

ByteSource KerasArchive::checked_bytes(std::string_view name, std::uint64_t most_bytes) const {
  const std::string shown = fmt::format("{}: member {}", file_.name(), shown_name(name));
  const ZipMember* member = find(name);
  check<IoError>(member != nullptr, "{} is missing", shown);
  try {
    check<IoError>(member->bytes <= most_bytes, "it has {} bytes; Domino reads at most {}",
                   member->bytes, most_bytes);
    const ByteSource there = file_.region(member->begin, member->bytes_there).named(shown);
    ByteSource bytes =
        member->deflated ? ByteSource::memory(shown, inflate_raw(there, member->bytes)) : there;
    check<IoError>(crc32_of(bytes) == member->crc, "its checksum is wrong; the file is damaged");
    return bytes;
  } catch (IoError& error) {
    error.add_context(shown);
    throw;
  }
}

ByteSource KerasArchive::bytes(std::string_view member) const {
  return checked_bytes(member, std::numeric_limits<std::uint64_t>::max());
}

std::string KerasArchive::text(std::string_view member, std::uint64_t most_bytes) const {
  const ByteSource bytes = checked_bytes(member, most_bytes);
  return bytes.text(0, bytes.size());
}

}  // namespace domino
