#include <algorithm>
#include <limits>

#include "domino/core/check.h"
#include "domino/io/keras_archive_internal.h"
#include "domino/io/shown_name_internal.h"

namespace domino {

KerasArchive::KerasArchive(const std::filesystem::path& file) {
  const ByteSource bytes = ByteSource::file(file);
  name_ = bytes.name();
  try {
    zip_ = open_zip(bytes);
    members_ = zip_members(*zip_, bytes.size());
  } catch (IoError& error) {
    error.add_context(name_);
    throw;
  }
}

const ZipMember* KerasArchive::find(std::string_view name) const {
  const auto it = std::ranges::find(members_, name, &ZipMember::name);
  return it == members_.end() ? nullptr : &*it;
}

ByteSource KerasArchive::checked_bytes(std::string_view name, std::uint64_t most_bytes) const {
  const std::string shown = fmt::format("{}: member {}", name_, shown_name(name));
  const ZipMember* member = find(name);
  check<IoError>(member != nullptr, "{} is missing", shown);
  try {
    check<IoError>(member->bytes <= most_bytes, "it has {} bytes; Domino reads at most {}",
                   member->bytes, most_bytes);
    return open_zip_member(zip_, *member, shown);
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
