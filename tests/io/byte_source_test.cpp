#include "domino/io/byte_source_internal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>

#include "domino/core/error.h"
#include "tests/error_of.h"
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using ByteSourceTest = FolderTest;
using testing::error_of;

ByteSource digits() {
  std::vector<std::byte> bytes;
  for (const char c : std::string("0123456789")) bytes.push_back(static_cast<std::byte>(c));
  return ByteSource::memory("'digits'", bytes);
}

TEST_F(ByteSourceTest, ReadsFilesAndMemoryAlike) {
  const ByteSource file = ByteSource::file(write("digits", "0123456789"));
  for (const ByteSource& source : {file, digits(), file.block(0, 10)}) {
    EXPECT_EQ(source.size(), 10U);
    EXPECT_EQ(source.text(0, 10), "0123456789");
    EXPECT_EQ(source.text(10, 0), "");
    EXPECT_EQ(source.number<std::uint16_t>(1), 0x3231);
    EXPECT_EQ(source.number<std::uint64_t>(2), 0x3938373635343332U);
  }
  EXPECT_EQ(file.name(), "'" + in_folder("digits").string() + "'");
  EXPECT_EQ(file.named("x").name(), "x");
}

TEST_F(ByteSourceTest, RegionsAreSourcesOfTheirOwn) {
  const ByteSource file = ByteSource::file(write("digits", "0123456789"));
  for (const ByteSource& source : {file, digits()}) {
    const ByteSource region = source.region(2, 6).region(1, 4);
    EXPECT_EQ(region.size(), 4U);
    EXPECT_EQ(region.text(0, 4), "3456");
    EXPECT_EQ(region.block(1, 2).text(0, 2), "45");
    EXPECT_THROW(region.text(0, 5), IoError);
    EXPECT_THROW(region.region(5, 0), IoError);
  }
}

TEST_F(ByteSourceTest, RefusesWhatLiesBeyondTheEnd) {
  const ByteSource file = ByteSource::file(write("digits", "0123456789"));
  constexpr std::uint64_t kMost = UINT64_MAX;
  for (const ByteSource& source : {file, digits()}) {
    EXPECT_EQ(error_of<IoError>([&] { source.text(8, 3); }),
              "3 bytes at byte 8 lie beyond the end, byte 10");
    EXPECT_EQ(error_of<IoError>([&] { source.text(1, kMost); }),
              "18446744073709551615 bytes at byte 1 lie beyond the end, byte 10");
    EXPECT_THROW(source.text(kMost, 1), IoError);
    EXPECT_THROW(source.text(11, 0), IoError);
    EXPECT_THROW(source.block(0, kMost), IoError);
    EXPECT_THROW(source.region(kMost, kMost), IoError);
    EXPECT_THROW(source.number<std::uint32_t>(7), IoError);
    EXPECT_EQ(source.number<std::uint8_t>(9), '9');
  }
}

TEST_F(ByteSourceTest, CursorStopsAtTheEnd) {
  ByteCursor cursor(digits());
  EXPECT_EQ(cursor.number<std::uint8_t>(), '0');
  EXPECT_EQ(cursor.text(2), "12");
  cursor.skip(3);
  EXPECT_EQ(cursor.region(2).text(0, 2), "67");
  EXPECT_EQ(cursor.position(), 8U);
  EXPECT_EQ(cursor.left(), 2U);
  EXPECT_THROW(cursor.skip(UINT64_MAX), IoError);
  EXPECT_THROW(cursor.number<std::uint32_t>(), IoError);
  EXPECT_EQ(cursor.text(2), "89");
  EXPECT_THROW(cursor.number<std::uint8_t>(), IoError);
}

TEST_F(ByteSourceTest, SeesAFileThatShrinks) {
  const auto path = write("file", std::string(100'000, 'x'));
  const ByteSource file = ByteSource::file(path);
  std::filesystem::resize_file(path, 10);
  EXPECT_EQ(error_of<IoError>([&] { file.text(5, 90'000); }),
            "its bytes cannot be read; has the file been changed?");
  EXPECT_EQ(file.text(5, 5), "xxxxx");
}

TEST_F(ByteSourceTest, OpensFilesOnly) {
  const auto text_for = [](const std::filesystem::path& path) {
    return error_of<IoError>([&] { ByteSource::file(path); });
  };
  EXPECT_EQ(text_for("no/such"), "'no/such': there is no such file");
  EXPECT_EQ(text_for(folder()), "'" + folder().string() + "': this is not a file");
  const auto pipe = in_folder("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(text_for(pipe), "'" + pipe.string() + "': this is not a file");
}

}  // namespace
}  // namespace domino
