#include <algorithm>
#include <set>

#include "domino/core/check.h"
#include "domino/io/shown_name_internal.h"
#include "domino/io/zip_member_internal.h"

namespace domino {
namespace {

constexpr std::uint64_t kMostGrowth = 100;
constexpr std::uint64_t kFreeToGrow = std::uint64_t{256} << 20U;

void check_name(const std::string& name) {
  check<IoError>(!name.empty(), "its name is empty");
  check<IoError>(name.find('\\') == std::string::npos, "its name holds a backslash");
  check<IoError>(name.front() != '/' && !(name.size() > 1 && name[1] == ':'),
                 "its name is an absolute path");
  check<IoError>(('/' + name + '/').find("/../") == std::string::npos,
                 "its name leads out of the archive");
}

/// A link, a device, a pipe: only Unix says so.
void check_kind(zip_t* archive, std::uint64_t index) {
  constexpr std::uint32_t kKind = 0170000;
  constexpr std::uint32_t kFile = 0100000;
  constexpr std::uint32_t kFolder = 0040000;
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  zip_file_get_external_attributes(archive, index, 0, &system, &attributes);
  const std::uint32_t kind = system == ZIP_OPSYS_UNIX ? attributes >> 16U & kKind : 0;
  check<IoError>(kind == 0 || kind == kFile || kind == kFolder, "it is a link or no file");
}

void check_method(const zip_stat_t& stat) {
  check<IoError>(stat.encryption_method == ZIP_EM_NONE, "it is encrypted");
  check<IoError>(stat.comp_method == ZIP_CM_STORE || stat.comp_method == ZIP_CM_DEFLATE,
                 "it is compressed by method {}; Domino knows stored and deflated",
                 stat.comp_method);
  check<IoError>(stat.comp_method == ZIP_CM_DEFLATE || stat.size == stat.comp_size,
                 "it is stored, but of {} bytes {} are there", stat.size, stat.comp_size);
}

std::string in_lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

/// What the members before have taken.
class Archive {
 public:
  explicit Archive(std::uint64_t bytes)
      : left_(bytes), growth_left_(std::max(kFreeToGrow, bytes * kMostGrowth)) {}

  void add(const ZipMember& member) {
    check<IoError>(names_.insert(in_lower_case(member.name)).second,
                   "another member has this name in other case");
    // libzip lets members share bytes; so they can have more than there are, but no more than this.
    check<IoError>(member.bytes_there <= left_, "with {} bytes it overlaps another member",
                   member.bytes_there);
    check<IoError>(
        member.bytes <= growth_left_,
        "it would grow from {} to {} bytes; Domino unpacks an archive to at most 256 MiB, "
        "or {} times its size",
        member.bytes_there, member.bytes, kMostGrowth);
    left_ -= member.bytes_there;
    growth_left_ -= member.bytes;
  }

 private:
  std::set<std::string> names_;
  std::uint64_t left_;
  std::uint64_t growth_left_;
};

ZipMember member_of(const zip_stat_t& stat) {
  return {.name = stat.name,
          .index = stat.index,
          .bytes = stat.size,
          .bytes_there = stat.comp_size,
          .deflated = stat.comp_method == ZIP_CM_DEFLATE};
}

}  // namespace

std::vector<ZipMember> zip_members(const ZipFile& file, std::uint64_t archive_bytes) {
  std::vector<ZipMember> members;
  Archive archive(archive_bytes);
  const zip_int64_t count = zip_get_num_entries(file.archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    zip_stat_t stat;
    const int error = zip_stat_index(file.archive, index, ZIP_FL_ENC_RAW, &stat);
    check<IoError>(error == 0, "member {}: {}", index, zip_strerror(file.archive));
    try {
      members.push_back(member_of(stat));
      check_name(members.back().name);
      check_kind(file.archive, index);
      check_method(stat);
      archive.add(members.back());
    } catch (IoError& failed) {
      failed.add_context("member " + shown_name(stat.name));
      throw;
    }
  }
  return members;
}

}  // namespace domino
