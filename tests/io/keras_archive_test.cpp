#include "domino/io/keras_archive_internal.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <functional>
#include <utility>

#include "domino/core/random.h"
#include "domino/io/json_internal.h"
#include "tests/error_of.h"
#include "tests/io/recorded.h"
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::error_of;
using ::testing::HasSubstr;
using testing::recorded;

constexpr std::uint64_t kAnySize = UINT64_MAX;

template <class T>
std::string bytes_of(T number) {
  return {reinterpret_cast<const char*>(&number), sizeof(T)};
}

std::uint32_t crc_of(const std::string& text) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}

std::string deflated(const std::string& text) {
  std::string packed(compressBound(text.size()), '\0');
  uLongf size = packed.size();
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
            reinterpret_cast<const Bytef*>(text.data()), text.size(), Z_BEST_COMPRESSION);
  return packed.substr(2, size - 6);  // without zlib's own frame
}

/// One header of a member; the directory has the same numbers again.
struct Header {
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint32_t bytes_there = 0;
  std::uint32_t bytes = 0;
  std::string name;

  std::string text() const {
    return bytes_of(flags) + bytes_of(method) + std::string(4, '\0') + bytes_of(crc) +
           bytes_of(bytes_there) + bytes_of(bytes) +
           bytes_of(static_cast<std::uint16_t>(name.size()));
  }
};

/// A member, in which a test may let anything lie.
struct Member {
  Member(std::string name, const std::string& content, bool packed = false)
      : there(packed ? deflated(content) : content) {
    local = {.method = static_cast<std::uint16_t>(packed ? 8 : 0),
             .crc = crc_of(content),
             .bytes_there = static_cast<std::uint32_t>(there.size()),
             .bytes = static_cast<std::uint32_t>(content.size()),
             .name = std::move(name)};
    central = local;
  }

  std::string there;
  Header local;
  Header central;
  std::uint32_t attributes = 0;
  std::string extra;
  std::int64_t moved = 0;  // how far from the truth the directory puts it
  bool laid = true;        // whether it is there at all, or in the directory alone

  std::string header() const {
    return "PK\x03\x04" + bytes_of<std::uint16_t>(20) + local.text() + bytes_of<std::uint16_t>(0) +
           local.name;
  }
};

/// What the end record says, changed by a test.
struct End {
  std::uint16_t members = 0;
  std::uint32_t directory_bytes = 0;
  std::uint32_t directory_begin = 0;
  std::string comment;
};

std::string archive_of(
    const std::vector<Member>& members, const std::function<void(End&)>& change = [](End&) {}) {
  std::string archive;
  std::string directory;
  for (const Member& member : members) {
    const auto at =
        static_cast<std::uint32_t>(static_cast<std::int64_t>(archive.size()) + member.moved);
    if (member.laid) archive += member.header() + member.there;
    directory += "PK\x01\x02" + bytes_of<std::uint16_t>(0x0314) + bytes_of<std::uint16_t>(20) +
                 member.central.text() + bytes_of(static_cast<std::uint16_t>(member.extra.size())) +
                 std::string(6, '\0') + bytes_of(member.attributes) + bytes_of(at) +
                 member.central.name + member.extra;
  }
  End end{.members = static_cast<std::uint16_t>(members.size()),
          .directory_bytes = static_cast<std::uint32_t>(directory.size()),
          .directory_begin = static_cast<std::uint32_t>(archive.size()),
          .comment = {}};
  change(end);
  return archive + directory + "PK\x05\x06" + std::string(4, '\0') + bytes_of(end.members) +
         bytes_of(end.members) + bytes_of(end.directory_bytes) + bytes_of(end.directory_begin) +
         bytes_of(static_cast<std::uint16_t>(end.comment.size())) + end.comment;
}

Member changed(Member member, const std::function<void(Member&)>& change) {
  change(member);
  return member;
}

class KerasArchiveTest : public FolderTest {
 protected:
  /// The error without the file's name in front.
  std::string error_for(const std::string& bytes) const {
    const auto path = write("bad.keras", bytes);
    const std::string text = error_of<IoError>([&] {
      const KerasArchive archive(path);
      for (const ZipMember& member : archive.members()) archive.text(member.name, kAnySize);
    });
    const std::string file = "'" + path.string() + "': ";
    EXPECT_THAT(text, ::testing::StartsWith(file));
    return text.substr(std::min(file.size(), text.size()));
  }
  std::string error_for(const Member& member) const {
    return error_for(archive_of({Member("a", "A"), member}));
  }
};

TEST_F(KerasArchiveTest, ReadsWhatKerasWrites) {
  const KerasArchive archive(recorded("trained.keras"));
  std::vector<std::string> names;
  for (const ZipMember& member : archive.members()) names.push_back(member.name);
  EXPECT_THAT(names, ElementsAre("metadata.json", "config.json", "model.weights.h5"));
  EXPECT_EQ(parse_json(archive.text("metadata.json", 1000)).at("keras_version").as_string(),
            "3.15.1");
  EXPECT_EQ(parse_json(archive.text("config.json", 100'000)).at("class_name").as_string(),
            "Sequential");
  EXPECT_EQ(archive.bytes("model.weights.h5").text(1, 3), "HDF");
  EXPECT_TRUE(archive.contains("config.json"));
  EXPECT_FALSE(archive.contains("Config.json"));
}

TEST_F(KerasArchiveTest, ReadsStoredAndDeflatedMembers) {
  const std::string long_text(3'000'000, 'x');
  const auto path = write(
      "a.keras", archive_of({Member("stored", "text"), Member("folder/", ""),
                             Member("folder/deflated", long_text, true), Member("empty", "", true)},
                            [](End& end) { end.comment = "PK\x05\x06"; }));
  const KerasArchive archive(path);
  EXPECT_EQ(archive.text("stored", 4), "text");
  EXPECT_EQ(archive.text("folder/deflated", kAnySize), long_text);
  EXPECT_EQ(archive.bytes("empty").size(), 0U);
  EXPECT_EQ(archive.bytes("stored").name(), "'" + path.string() + "': member 'stored'");
}

TEST_F(KerasArchiveTest, SaysWhatIsMissingOrTooLong) {
  const auto path = write("a.keras", archive_of({Member("a", "text")}));
  const KerasArchive archive(path);
  const std::string file = "'" + path.string() + "': ";
  EXPECT_EQ(error_of<IoError>([&] { archive.text("b", 1); }), file + "member 'b' is missing");
  EXPECT_EQ(error_of<IoError>([&] { archive.text("a", 3); }),
            file + "member 'a': it has 4 bytes; Domino reads at most 3");
}

const std::string kNoZip =
    "this is no zip archive, or a damaged one; libzip says: Not a zip archive";
const std::string kInconsistent =
    "this is no zip archive, or a damaged one; libzip says: Zip archive inconsistent";

TEST_F(KerasArchiveTest, RefusesABrokenEnd) {
  EXPECT_EQ(error_for(""), kNoZip);
  EXPECT_EQ(error_for(std::string(100'000, 'P')), kNoZip);
  const std::string sound = archive_of({Member("a", "text")});
  EXPECT_EQ(error_for(sound.substr(0, sound.size() - 1)), kNoZip);
  EXPECT_EQ(error_for(sound + "x"), kInconsistent);
  EXPECT_EQ(error_for("x" + sound), kNoZip);
  const auto error_for_end = [&](const std::function<void(End&)>& change) {
    return error_for(archive_of({Member("a", "text")}, change));
  };
  EXPECT_EQ(error_for_end([](End& end) { end.members = 3; }), kInconsistent);
  EXPECT_EQ(error_for_end([](End& end) { end.members = 0; }), kInconsistent);
  EXPECT_EQ(error_for_end([](End& end) { end.directory_bytes = 46; }), kInconsistent);
  EXPECT_EQ(error_for_end([](End& end) { end.directory_begin = 0xFFFFFFFE; }), kInconsistent);
  EXPECT_EQ(error_for_end([](End& end) { end.members = 0xFFFF; }), kInconsistent);
}

TEST_F(KerasArchiveTest, RefusesNamesThatLeadElsewhere) {
  const auto error_for_name = [&](const std::string& name) { return error_for(Member(name, "")); };
  EXPECT_EQ(error_for_name("../x"), "member '../x': its name leads out of the archive");
  EXPECT_EQ(error_for_name("x/.."), "member 'x/..': its name leads out of the archive");
  EXPECT_EQ(error_for_name("x/../y"), "member 'x/../y': its name leads out of the archive");
  EXPECT_EQ(error_for_name("/x"), "member '/x': its name is an absolute path");
  EXPECT_EQ(error_for_name("C:x"), "member 'C:x': its name is an absolute path");
  EXPECT_EQ(error_for_name("x\\y"), "member 'x\\y': its name holds a backslash");
  EXPECT_EQ(error_for_name(""), "member '': its name is empty");
  EXPECT_EQ(error_for_name("a"), "two of its members have one name");
  EXPECT_EQ(error_for_name("A"), "member 'A': another member has this name in other case");
  const Member link =
      changed(Member("x", ""), [](Member& member) { member.attributes = 0120777U << 16U; });
  EXPECT_EQ(error_for(link), "member 'x': it is a link or no file");
}

TEST_F(KerasArchiveTest, RefusesEncryptionAndOtherMethods) {
  const auto both = [&](const std::function<void(Header&)>& change) {
    return error_for(changed(Member("x", "text"), [&](Member& member) {
      change(member.local);
      change(member.central);
    }));
  };
  EXPECT_EQ(both([](Header& header) { header.flags = 1; }), "member 'x': it is encrypted");
  EXPECT_EQ(both([](Header& header) { header.method = 12; }),
            "member 'x': it is compressed by method 12; Domino knows stored and deflated");
}

// libzip puts a space for a zero byte: the name is another one, and leads nowhere.
TEST_F(KerasArchiveTest, FindsNoNameThatOnlyBeginsRight) {
  const KerasArchive archive(
      write("a.keras", archive_of({Member(std::string("config.json\0.txt", 16), "{}")})));
  EXPECT_FALSE(archive.contains("config.json"));
  EXPECT_TRUE(archive.contains("config.json .txt"));
}

TEST_F(KerasArchiveTest, RefusesHeadersThatDisagree) {
  const auto error_for_local = [&](const std::function<void(Header&)>& change) {
    return error_for(changed(Member("x", "text"), [&](Member& member) { change(member.local); }));
  };
  EXPECT_EQ(error_for_local([](Header& header) { header.name = "y"; }), kInconsistent);
  EXPECT_EQ(error_for_local([](Header& header) { header.name = "xx"; }), kInconsistent);
  EXPECT_EQ(error_for_local([](Header& header) { header.crc ^= 1; }), kInconsistent);
  EXPECT_EQ(error_for_local([](Header& header) { header.bytes = 3; }), kInconsistent);
  EXPECT_EQ(error_for_local([](Header& header) { header.method = 8; }), kInconsistent);
  const auto error_when_moved = [&](std::int64_t by) {
    return error_for(changed(Member("x", "text"), [&](Member& member) { member.moved = by; }));
  };
  EXPECT_EQ(error_when_moved(1), kNoZip);
  EXPECT_EQ(error_when_moved(100'000), kNoZip);
  EXPECT_EQ(error_when_moved(-32), kInconsistent);
}

TEST_F(KerasArchiveTest, RefusesSizesThatLie) {
  const auto error_for_both = [&](bool packed, const std::function<void(Header&)>& change) {
    const Member member("x", std::string(1000, 'x'), packed);
    return error_for(changed(member, [&](Member& m) {
      change(m.local);
      change(m.central);
    }));
  };
  const auto unreadable = [](const std::string& reason) {
    return "member 'x': it cannot be read: " + reason +
           "; is the file damaged, or has it been changed?";
  };
  EXPECT_EQ(error_for_both(false, [](Header& header) { header.bytes = 3; }),
            "member 'x': it is stored, but of 3 bytes 1000 are there");
  EXPECT_EQ(error_for_both(false, [](Header& header) { header.bytes = header.bytes_there = 2000; }),
            kNoZip);
  EXPECT_EQ(error_for_both(true, [](Header& header) { header.bytes = 999; }),
            "member 'x': it has more bytes than the directory says");
  EXPECT_EQ(error_for_both(true, [](Header& header) { header.bytes = 1001; }),
            "member 'x': its bytes end too early");
  EXPECT_EQ(error_for_both(true, [](Header& header) { header.bytes_there -= 5; }),
            unreadable("CRC error"));
  EXPECT_EQ(error_for_both(true, [](Header& header) { header.crc ^= 1; }), unreadable("CRC error"));
  EXPECT_EQ(error_for_both(false, [](Header& header) { header.crc ^= 1; }),
            unreadable("CRC error"));
  Member damaged("x", std::string(1000, 'x'), true);
  damaged.there[0] = '\xFF';
  EXPECT_EQ(error_for(damaged), unreadable("Zlib error: data error"));
}

TEST_F(KerasArchiveTest, RefusesToUnpackFarMoreThanTheFileHas) {
  const auto grown = [](const std::string& name, std::uint32_t bytes) {
    return changed(Member(name, "text", true),
                   [&](Member& member) { member.local.bytes = member.central.bytes = bytes; });
  };
  const std::string text =
      "it would grow from 6 to {} bytes; Domino unpacks an archive to at most 256 MiB, or 100 "
      "times "
      "its size";
  EXPECT_EQ(error_for(grown("x", 0xFFFFFFFE)),
            "member 'x': " + fmt::format(fmt::runtime(text), 0xFFFFFFFE));
  // Each is small enough, but not both.
  const std::uint32_t half = (256U << 20U) / 2;
  EXPECT_EQ(error_for(archive_of({grown("x", half), grown("y", half + 1)})),
            "member 'y': " + fmt::format(fmt::runtime(text), half + 1));
}

TEST_F(KerasArchiveTest, ReadsZip64SizesAndRefusesThoseThatLie) {
  const auto with_extra = [](std::uint64_t bytes) {
    return changed(Member("x", "text"), [&](Member& member) {
      member.central.bytes = member.central.bytes_there = 0xFFFFFFFF;
      member.extra = bytes_of<std::uint16_t>(1) + bytes_of<std::uint16_t>(16) + bytes_of(bytes) +
                     bytes_of(bytes);
    });
  };
  const auto path = write("a.keras", archive_of({with_extra(4)}));
  EXPECT_EQ(KerasArchive(path).text("x", 4), "text");
  EXPECT_EQ(error_for(with_extra(3)), kInconsistent);
  EXPECT_EQ(error_for(with_extra(5)), kNoZip);
  Member lying = with_extra(UINT64_MAX);
  lying.local.bytes = lying.local.bytes_there = 0xFFFFFFFF;
  EXPECT_THAT(error_for(lying), HasSubstr("libzip says"));
  lying.extra.resize(12);
  EXPECT_EQ(error_for(lying), kInconsistent);
}

TEST_F(KerasArchiveTest, RefusesMembersThatShareBytes) {
  const Member c("c", std::string(900, 'x'));
  const Member b("b", c.header() + c.there);
  const Member a("a", b.header() + b.there);
  const auto inside = [&](Member member) {
    member.laid = false;
    member.moved = -static_cast<std::int64_t>(member.header().size() + member.there.size());
    return member;
  };
  EXPECT_EQ(error_for(archive_of({a, inside(b), inside(c)})),
            "member 'b': with 931 bytes it overlaps another member");
}

// For each of its ends libzip would read the whole directory: for minutes, if it were let.
TEST_F(KerasArchiveTest, IsNotHeldUpByManyEnds) {
  const std::string archive = archive_of({Member("a", "")});
  const std::string header = archive.substr(0, 31);
  const std::string entry = archive.substr(31, 47);
  constexpr std::size_t kMembers = 65'535;
  constexpr std::size_t kEnds = 2'900;
  std::string bytes = header;
  for (std::size_t i = 0; i + 1 < kMembers; ++i) bytes += entry;
  // The ends are the comment of the last entry.
  std::string last = entry;
  last.replace(32, 2, bytes_of(static_cast<std::uint16_t>(22 * kEnds)));
  bytes += last;
  for (std::size_t i = 0; i <= kEnds; ++i) {
    bytes += "PK\x05\x06" + std::string(4, '\0') + bytes_of(static_cast<std::uint16_t>(kMembers)) +
             bytes_of(static_cast<std::uint16_t>(kMembers)) +
             bytes_of(static_cast<std::uint32_t>(bytes.size() - header.size())) +
             bytes_of(static_cast<std::uint32_t>(header.size())) +
             bytes_of(static_cast<std::uint16_t>(22 * (kEnds - i)));
  }
  EXPECT_EQ(error_for(bytes), "its directory is too long");
}

TEST_F(KerasArchiveTest, SeesAFileThatChanges) {
  const auto path = write("a.keras", archive_of({Member("a", std::string(9000, 'x'))}));
  const KerasArchive archive(path);
  std::filesystem::resize_file(path, 100);
  EXPECT_THAT(error_of<IoError>([&] { archive.text("a", kAnySize); }),
              EndsWith("is the file damaged, or has it been changed?"));
}

TEST_F(KerasArchiveTest, SurvivesAnyChangedByteAndBeingCutAnywhere) {
  const std::string sound =
      archive_of({Member("a", "text"), Member("b", std::string(200, 'b'), true)});
  const auto survive = [&](const std::string& bytes) {
    try {
      const KerasArchive archive(write("changed.keras", bytes));
      for (const ZipMember& member : archive.members()) archive.text(member.name, kAnySize);
    } catch (const IoError&) {
      // as it should
    }
  };
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = sound;
    bytes[random.next() % bytes.size()] = static_cast<char>(random.next() % 256);
    survive(bytes);
  }
  for (std::size_t size = 0; size < sound.size(); ++size) survive(sound.substr(0, size));
}

}  // namespace
}  // namespace domino
