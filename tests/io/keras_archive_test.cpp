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
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

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
    archive += "PK\x03\x04" + bytes_of<std::uint16_t>(20) + member.local.text() +
               bytes_of<std::uint16_t>(0) + member.local.name + member.there;
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
    EXPECT_THAT(text, testing::StartsWith(file));
    return text.substr(std::min(file.size(), text.size()));
  }
  std::string error_for(const Member& member) const {
    return error_for(archive_of({Member("a", "A"), member}));
  }
};

TEST_F(KerasArchiveTest, ReadsWhatKerasWrites) {
  const KerasArchive archive(DOMINO_TESTS_DIR "/io/data/trained.keras");
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

TEST_F(KerasArchiveTest, RefusesABrokenEnd) {
  const std::string missing = "this is no zip archive, or its end is missing";
  EXPECT_EQ(error_for(""), missing);
  EXPECT_EQ(error_for(std::string(100'000, 'P')), missing);
  const std::string sound = archive_of({Member("a", "text")});
  EXPECT_EQ(error_for(sound.substr(0, sound.size() - 1)), missing);
  EXPECT_EQ(error_for(sound + "x"), missing);
  EXPECT_EQ(error_for("x" + sound),
            "its directory should have 47 bytes at byte 35, but its end record is at byte 83");
  const auto error_for_end = [&](const std::function<void(End&)>& change) {
    return error_for(archive_of({Member("a", "text")}, change));
  };
  EXPECT_EQ(error_for_end([](End& end) { end.members = 3; }),
            "its directory cannot hold 3 members");
  EXPECT_EQ(error_for_end([](End& end) { end.members = 0; }),
            "its directory holds 47 bytes too many");
  EXPECT_EQ(error_for_end([](End& end) { end.directory_bytes = 46; }),
            "its directory should have 46 bytes at byte 35, but its end record is at byte 82");
  EXPECT_EQ(error_for_end([](End& end) { end.directory_begin = 0xFFFFFFFE; }),
            "its directory should have 47 bytes at byte 4294967294, but its end record is at byte "
            "82");
  EXPECT_EQ(error_for_end([](End& end) { end.members = 0xFFFF; }),
            "its zip64 end record is missing");
}

TEST_F(KerasArchiveTest, RefusesNamesThatLeadElsewhere) {
  const auto error_for_name = [&](const std::string& name) { return error_for(Member(name, "")); };
  EXPECT_EQ(error_for_name("../x"), "member '../x': its name leads out of the archive");
  EXPECT_EQ(error_for_name("x/.."), "member 'x/..': its name leads out of the archive");
  EXPECT_EQ(error_for_name("x/../y"), "member 'x/../y': its name leads out of the archive");
  EXPECT_EQ(error_for_name("/x"), "member '/x': its name is an absolute path");
  EXPECT_EQ(error_for_name("C:x"), "member 'C:x': its name is an absolute path");
  EXPECT_EQ(error_for_name("x\\y"), "member 'x\\y': its name holds a backslash");
  EXPECT_EQ(error_for_name(std::string("x\0y", 3)),
            "member 'x\\x00y': its name is empty or holds a zero byte");
  EXPECT_EQ(error_for_name(""), "member '': its name is empty or holds a zero byte");
  EXPECT_EQ(error_for_name("a"), "member 'a' comes twice, or in other case");
  EXPECT_EQ(error_for_name("A"), "member 'A' comes twice, or in other case");
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

TEST_F(KerasArchiveTest, RefusesHeadersThatDisagree) {
  const std::string disagrees = "member 'x': its header says other things than the directory";
  const auto error_for_local = [&](const std::function<void(Header&)>& change) {
    return error_for(changed(Member("x", "text"), [&](Member& member) { change(member.local); }));
  };
  EXPECT_EQ(error_for_local([](Header& header) { header.name = "y"; }), disagrees);
  EXPECT_EQ(error_for_local([](Header& header) { header.name = "xx"; }), disagrees);
  EXPECT_EQ(error_for_local([](Header& header) { header.crc ^= 1; }), disagrees);
  EXPECT_EQ(error_for_local([](Header& header) { header.bytes = 3; }), disagrees);
  EXPECT_EQ(error_for_local([](Header& header) { header.method = 8; }), disagrees);
  EXPECT_EQ(error_for_local([](Header& header) { header.flags = 1; }), disagrees);
  const auto error_when_moved = [&](std::int64_t by) {
    return error_for(changed(Member("x", "text"), [&](Member& member) { member.moved = by; }));
  };
  EXPECT_EQ(error_when_moved(1), "member 'x': there is no header at byte 33");
  EXPECT_EQ(error_when_moved(100'000),
            "member 'x': 30 bytes at byte 100032 lie beyond the end, byte 183");
  EXPECT_EQ(error_when_moved(-32), disagrees);
}

TEST_F(KerasArchiveTest, RefusesSizesThatLie) {
  const auto error_for_both = [&](bool packed, const std::function<void(Header&)>& change) {
    const Member member("x", std::string(1000, 'x'), packed);
    return error_for(changed(member, [&](Member& m) {
      change(m.local);
      change(m.central);
    }));
  };
  EXPECT_EQ(error_for_both(false, [](Header& header) { header.bytes = 3; }),
            "member 'x': it is stored, but of 3 bytes 1000 are there");
  EXPECT_EQ(error_for_both(false, [](Header& header) { header.bytes = header.bytes_there = 2000; }),
            "member 'x' overlaps what follows it");
  EXPECT_EQ(error_for_both(true, [](Header& header) { header.bytes = 999; }),
            "member 'x': it unpacks to more than 999 bytes");
  EXPECT_EQ(error_for_both(true, [](Header& header) { header.bytes = 1001; }),
            "member 'x': it unpacks to 1000 bytes instead of 1001");
  EXPECT_EQ(error_for_both(true, [](Header& header) { --header.bytes_there; }),
            "member 'x': its deflated bytes are damaged");
  EXPECT_THAT(error_for_both(true, [](Header& header) { header.bytes = 0xFFFFFFFE; }),
              HasSubstr("bytes; Domino unpacks at most 100 times as many"));
  EXPECT_EQ(error_for_both(true, [](Header& header) { header.crc ^= 1; }),
            "member 'x': its checksum is wrong; the file is damaged");
  EXPECT_EQ(error_for_both(false, [](Header& header) { header.crc ^= 1; }),
            "member 'x': its checksum is wrong; the file is damaged");
}

TEST_F(KerasArchiveTest, RefusesBytesBehindTheDeflatedOnes) {
  Member member("x", "text", true);
  member.there += "y";
  ++member.local.bytes_there;
  ++member.central.bytes_there;
  EXPECT_EQ(error_for(member), "member 'x': there are bytes behind the deflated ones");
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
  EXPECT_EQ(error_for(with_extra(5)),
            "member 'x': its header says other things than the directory");
  Member lying = with_extra(UINT64_MAX);
  lying.local.bytes = lying.local.bytes_there = 0xFFFFFFFF;
  EXPECT_EQ(error_for(lying), "member 'x' overlaps what follows it");
  lying.extra.resize(12);
  EXPECT_THAT(error_for(lying), HasSubstr("lie beyond the end"));
}

TEST_F(KerasArchiveTest, RefusesMembersThatShareBytes) {
  // The second lies inside the first.
  const std::string inner = archive_of({Member("inner", "text")});
  const std::string inner_member = inner.substr(0, 39);
  const Member outer("outer", inner_member);
  const Member second = changed(Member("inner", "text"), [&](Member& member) {
    member.moved = -static_cast<std::int64_t>(inner_member.size());
  });
  EXPECT_EQ(error_for(archive_of({outer, second})), "member 'outer' overlaps what follows it");
}

TEST_F(KerasArchiveTest, SeesAFileThatChanges) {
  const auto path = write("a.keras", archive_of({Member("a", std::string(9000, 'x'))}));
  const KerasArchive archive(path);
  std::filesystem::resize_file(path, 100);
  EXPECT_THAT(error_of<IoError>([&] { archive.text("a", kAnySize); }),
              EndsWith("member 'a': its bytes cannot be read; has the file been changed?"));
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
