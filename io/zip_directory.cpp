#include "domino/io/zip_directory_internal.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "domino/core/check.h"
#include "domino/io/shown_name_internal.h"

namespace domino {
namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kHeaderSignature = 0x04034b50;
constexpr std::uint64_t kEndBytes = 22;
constexpr std::uint64_t kEnd64Bytes = 56;
constexpr std::uint64_t kLocator64Bytes = 20;
constexpr std::uint64_t kEntryBytes = 46;
constexpr std::uint64_t kHeaderBytes = 30;
constexpr std::uint16_t kIn64Short = 0xFFFF;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  // the number is in the zip64 record instead
constexpr std::uint16_t kEncrypted = 1U << 0;
constexpr std::uint16_t kSizesBehind = 1U << 3;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint64_t kMostMembers = 100'000;
constexpr std::uint64_t kMostGrowth = 100;
constexpr std::uint64_t kFreeToGrow = std::uint64_t{256} << 20U;

/// Where the directory lies.
struct Directory {
  std::uint64_t begin;
  std::uint64_t bytes;
  std::uint64_t members;
};

/// The end record, sought from the end on, since a comment may follow it.
std::uint64_t find_end_record(const ByteSource& archive) {
  constexpr std::uint64_t kLongestComment = 0xFFFF;
  const std::uint64_t tail_bytes = std::min(archive.size(), kEndBytes + kLongestComment);
  const std::uint64_t tail_begin = archive.size() - tail_bytes;
  const ByteSource tail = archive.block(tail_begin, tail_bytes);
  for (std::uint64_t size = kEndBytes; size <= tail_bytes; ++size) {
    const std::uint64_t at = tail_bytes - size;
    if (tail.number<std::uint32_t>(at) == kEndSignature &&
        tail.number<std::uint16_t>(at + kEndBytes - 2) == size - kEndBytes) {
      return tail_begin + at;
    }
  }
  fail<IoError>("this is no zip archive, or its end is missing");
}

/// The zip64 end record that belongs to the end record at `end`.
std::uint64_t find_end64_record(const ByteSource& archive, std::uint64_t end) {
  check<IoError>(end >= kLocator64Bytes + kEnd64Bytes, "its zip64 end record is missing");
  const std::uint64_t locator = end - kLocator64Bytes;
  check<IoError>(archive.number<std::uint32_t>(locator) == kLocator64Signature,
                 "its zip64 end record is missing");
  const auto at = archive.number<std::uint64_t>(locator + 8);
  check<IoError>(
      at == locator - kEnd64Bytes && archive.number<std::uint32_t>(at) == kEnd64Signature,
      "its zip64 end record is not where it should be");
  return at;
}

Directory find_directory(const ByteSource& archive) {
  std::uint64_t end = find_end_record(archive);
  check<IoError>(archive.number<std::uint32_t>(end + 4) == 0, "it is one of several volumes");
  const auto members_here = archive.number<std::uint16_t>(end + 8);
  Directory directory{.begin = archive.number<std::uint32_t>(end + 16),
                      .bytes = archive.number<std::uint32_t>(end + 12),
                      .members = archive.number<std::uint16_t>(end + 10)};
  check<IoError>(members_here == directory.members, "it is one of several volumes");
  if (directory.begin == kIn64 || directory.bytes == kIn64 || directory.members == kIn64Short) {
    end = find_end64_record(archive, end);
    directory = {.begin = archive.number<std::uint64_t>(end + 48),
                 .bytes = archive.number<std::uint64_t>(end + 40),
                 .members = archive.number<std::uint64_t>(end + 32)};
  }
  check<IoError>(directory.begin <= end && directory.bytes == end - directory.begin,
                 "its directory should have {} bytes at byte {}, but its end record is at byte {}",
                 directory.bytes, directory.begin, end);
  check<IoError>(
      directory.members <= kMostMembers && directory.members <= directory.bytes / kEntryBytes,
      "its directory cannot hold {} members", directory.members);
  return directory;
}

/// The numbers that did not fit into an entry, from its zip64 field.
void read_zip64_field(ZipMember& member, ByteCursor extra) {
  constexpr std::uint16_t kZip64 = 1;
  while (extra.left() >= 4) {
    const auto id = extra.number<std::uint16_t>();
    ByteCursor field(extra.region(extra.number<std::uint16_t>()));
    if (id != kZip64) continue;
    for (std::uint64_t* number : {&member.bytes, &member.bytes_there, &member.header}) {
      if (*number == kIn64) *number = field.number<std::uint64_t>();
    }
    return;
  }
}

void check_name(const std::string& name) {
  check<IoError>(!name.empty() && name.find('\0') == std::string::npos,
                 "its name is empty or holds a zero byte");
  check<IoError>(name.find('\\') == std::string::npos, "its name holds a backslash");
  check<IoError>(name.front() != '/' && !(name.size() > 1 && name[1] == ':'),
                 "its name is an absolute path");
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    check<IoError>(std::string_view(name).substr(begin, end - begin) != "..",
                   "its name leads out of the archive");
    begin = end + 1;
  }
}

/// A link, a device, a pipe: only Unix says so.
void check_kind(std::uint16_t made_by, std::uint32_t attributes) {
  constexpr std::uint32_t kKind = 0170000;
  constexpr std::uint32_t kFile = 0100000;
  constexpr std::uint32_t kFolder = 0040000;
  const std::uint32_t kind = made_by >> 8U == 3 ? attributes >> 16U & kKind : 0;
  check<IoError>(kind == 0 || kind == kFile || kind == kFolder, "it is a link or no file");
}

void check_growth(const ZipMember& member) {
  if (!member.deflated) {
    check<IoError>(member.bytes == member.bytes_there, "it is stored, but of {} bytes {} are there",
                   member.bytes, member.bytes_there);
    return;
  }
  check<IoError>(member.bytes <= kFreeToGrow || member.bytes / kMostGrowth < member.bytes_there,
                 "it would grow from {} to {} bytes; Domino unpacks at most {} times as many",
                 member.bytes_there, member.bytes, kMostGrowth);
}

/// An entry of the directory, and what the member's own header has to repeat.
struct Entry {
  ZipMember member;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
};

void check_entry(const Entry& entry) {
  check_name(entry.member.name);
  check<IoError>((entry.flags & kEncrypted) == 0, "it is encrypted");
  check<IoError>(entry.method == kStored || entry.method == kDeflated,
                 "it is compressed by method {}; Domino knows stored and deflated", entry.method);
  check_growth(entry.member);
}

Entry read_entry(ByteCursor& directory) {
  check<IoError>(directory.number<std::uint32_t>() == kEntrySignature,
                 "its directory ends before its last member");
  Entry entry;
  ZipMember& member = entry.member;
  const auto made_by = directory.number<std::uint16_t>();
  directory.skip(2);  // the version needed
  entry.flags = directory.number<std::uint16_t>();
  entry.method = directory.number<std::uint16_t>();
  directory.skip(4);  // time and date
  member.deflated = entry.method == kDeflated;
  member.crc = directory.number<std::uint32_t>();
  member.bytes_there = directory.number<std::uint32_t>();
  member.bytes = directory.number<std::uint32_t>();
  const auto name_bytes = directory.number<std::uint16_t>();
  const auto extra_bytes = directory.number<std::uint16_t>();
  const auto comment_bytes = directory.number<std::uint16_t>();
  directory.skip(4);  // volume, and whether it is text
  const auto attributes = directory.number<std::uint32_t>();
  member.header = directory.number<std::uint32_t>();
  member.name = directory.text(name_bytes);
  try {
    read_zip64_field(member, ByteCursor(directory.region(extra_bytes)));
    directory.skip(comment_bytes);
    check_kind(made_by, attributes);
    check_entry(entry);
  } catch (IoError& error) {
    error.add_context("member " + shown_name(member.name));
    throw;
  }
  return entry;
}

/// Finds where the member's bytes begin, from its own header.
void read_header(Entry& entry, const ByteSource& archive) {
  ZipMember& member = entry.member;
  ByteCursor header(archive.region(member.header, kHeaderBytes));
  check<IoError>(header.number<std::uint32_t>() == kHeaderSignature,
                 "there is no header at byte {}", member.header);
  header.skip(2);  // the version needed
  const auto flags = header.number<std::uint16_t>();
  const auto method = header.number<std::uint16_t>();
  header.skip(4);  // time and date
  const auto crc = header.number<std::uint32_t>();
  const auto bytes_there = header.number<std::uint32_t>();
  const auto bytes = header.number<std::uint32_t>();
  const auto name_bytes = header.number<std::uint16_t>();
  const auto extra_bytes = header.number<std::uint16_t>();
  const bool sizes_agree = (flags & kSizesBehind) != 0 ||
                           (crc == member.crc && (bytes == member.bytes || bytes == kIn64) &&
                            (bytes_there == member.bytes_there || bytes_there == kIn64));
  const std::uint64_t name_begin = member.header + kHeaderBytes;
  check<IoError>(flags == entry.flags && method == entry.method && sizes_agree &&
                     archive.text(name_begin, name_bytes) == member.name,
                 "its header says other things than the directory");
  member.begin = name_begin + name_bytes + extra_bytes;
}

std::string in_lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

void check_names_differ(const std::vector<ZipMember>& members) {
  std::set<std::string> names;
  for (const ZipMember& member : members) {
    check<IoError>(names.insert(in_lower_case(member.name)).second,
                   "member {} comes twice, or in other case", shown_name(member.name));
  }
}

/// No byte belongs to two members or to the directory.
void check_overlap(const std::vector<ZipMember>& members, std::uint64_t directory_begin) {
  std::vector<const ZipMember*> in_order;
  for (const ZipMember& member : members) in_order.push_back(&member);
  std::ranges::sort(in_order, {}, &ZipMember::header);
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    const ZipMember& member = *in_order[i];
    const std::uint64_t next = i + 1 < in_order.size() ? in_order[i + 1]->header : directory_begin;
    check<IoError>(member.begin <= next && member.bytes_there <= next - member.begin,
                   "member {} overlaps what follows it", shown_name(member.name));
  }
}

}  // namespace

std::vector<ZipMember> read_zip_directory(const ByteSource& archive) {
  const Directory directory = find_directory(archive);
  ByteCursor cursor(archive.block(directory.begin, directory.bytes));
  std::vector<ZipMember> members;
  for (std::uint64_t i = 0; i < directory.members; ++i) {
    Entry entry = read_entry(cursor);
    try {
      read_header(entry, archive);
    } catch (IoError& error) {
      error.add_context("member " + shown_name(entry.member.name));
      throw;
    }
    members.push_back(std::move(entry.member));
  }
  check<IoError>(cursor.left() == 0, "its directory holds {} bytes too many", cursor.left());
  check_names_differ(members);
  check_overlap(members, directory.begin);
  return members;
}

}  // namespace domino
