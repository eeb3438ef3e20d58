#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "domino/core/error.h"
#include "domino/core/random.h"
#include "domino/io/hdf5_reader_internal.h"
#include "tests/error_of.h"
#include "tests/io/recorded.h"
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using testing::error_of;
using testing::recorded;

Hdf5Reader reader_of(const std::string& bytes) {
  const auto* const first = reinterpret_cast<const std::byte*>(bytes.data());
  return Hdf5Reader(ByteSource::memory("'f'", std::vector(first, first + bytes.size())));
}

std::string bytes_of(const std::string& name) {
  const ByteSource file = ByteSource::file(recorded(name));
  return file.text(0, file.size());
}

class MalformedHdf5Test : public ::testing::Test {
 protected:
  static std::string error_for(std::string_view path) {
    Hdf5Reader reader(ByteSource::file(recorded("refused.h5")).named("'f'"));
    return error_of<IoError>([&] { reader.read(path); });
  }
  static std::string error_for_bytes(const std::string& bytes) {
    return error_of<IoError>([&] { reader_of(bytes).datasets(); });
  }
};

TEST_F(MalformedHdf5Test, RefusesWhatLeadsElsewhere) {
  const std::string newer =
      "it is a group of the newer kind (with external links or track_order=True?); Domino reads "
      "symbol tables, which Keras writes";
  EXPECT_EQ(error_for("links/soft/link"),
            "'f': 'links/soft/link': 'link' is a soft link, which Domino does not follow");
  EXPECT_EQ(error_for("links/external/link"), "'f': 'links/external/link': " + newer);
  EXPECT_EQ(error_for("external"),
            "'f': 'external': its numbers lie in another file, which Domino does not read");
  EXPECT_EQ(error_for("virtual"),
            "'f': 'virtual': it is a virtual dataset, made of other files, which Domino does not "
            "read");
  EXPECT_EQ(error_for("links/ordered"),
            "'f': 'links/ordered': its object header has version 2 (track_order=True or "
            "libver='latest'?); Domino reads version 1, which Keras writes");
}

TEST_F(MalformedHdf5Test, RefusesByName) {
  const auto holds = [](const std::string& what) {
    return "it holds " + what + ", which Domino does not read";
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"chunked", "it is stored in chunks (compressed or resizable), which Domino does not read"},
      {"never written", "its numbers were never written"},
      {"big endian", holds("big-endian numbers")},
      {"compound", holds("compounds")},
      {"complex", holds("compounds")},
      {"strings", holds("strings")},
      {"fixed strings", holds("strings")},
      {"reference", holds("references")},
      {"opaque", holds("opaque elements of 3 bytes")},
      {"nothing", "it holds nothing at all"},
      {"named type", "it is no dataset"},
      {"of named type",
       "it shares a part of its header with others (a committed datatype?), which Domino does not "
       "read"},
      {"links", "it is no dataset"},
      {"absent", "it is missing"},
      {"sound/below", "it is no group"},
      {"", "it is no dataset"},
  };
  for (const auto& [path, text] : cases) {
    const std::string place = path.empty() ? std::string() : fmt::format("'{}': ", path);
    EXPECT_EQ(error_for(path), fmt::format("'f': {}{}", place, text));
  }
}

TEST_F(MalformedHdf5Test, RefusesAttributesByName) {
  Hdf5Reader reader(ByteSource::file(recorded("refused.h5")).named("'f'"));
  EXPECT_EQ(error_of<IoError>([&] { reader.attribute("sound", "compound"); }),
            "'f': 'sound': attribute 'compound': it holds compounds, which Domino does not read");
  EXPECT_EQ(error_of<IoError>([&] { reader.attribute("sound", "nothing"); }),
            "'f': 'sound': attribute 'nothing': it holds nothing at all");
}

TEST_F(MalformedHdf5Test, RefusesCycles) {
  Hdf5Reader reader(ByteSource::file(recorded("refused.h5")).named("'f'"));
  EXPECT_EQ(error_of<IoError>([&] { reader.datasets("links/loop"); }),
            "'f': 'links/loop': two paths lead to 'links/loop/again'");
  EXPECT_THAT(reader.members("links/loop/again/again/again"), ::testing::ElementsAre("again"));
}

TEST_F(MalformedHdf5Test, IsNoHdf5File) {
  EXPECT_EQ(error_for_bytes(""), "'f': this is no HDF5 file");
  EXPECT_EQ(error_for_bytes("PK"), "'f': this is no HDF5 file");
  EXPECT_EQ(error_for_bytes(bytes_of("new_format.h5")),
            "'f': its superblock has version 3; Domino reads version 0, which Keras writes");
  const std::string sound = bytes_of("bfloat16.weights.h5");
  EXPECT_EQ(error_for_bytes(sound.substr(0, 50)), "'f': the file is cut off: it has 50 bytes");
  EXPECT_EQ(error_for_bytes(sound.substr(0, 11'000)),
            "'f': the file is cut off: it has 11000 bytes of 11808");
}

template <class T>
std::string little_endian(T number) {
  return {reinterpret_cast<const char*>(&number), sizeof(T)};
}

TEST_F(MalformedHdf5Test, RefusesShapesThatAreNotThere) {
  // A dataspace of two axes, 2 by 3, as types.h5 has it for all its numbers: of uint64 the last.
  const std::string sound = bytes_of("types.h5");
  const std::string space = std::string("\1\2\1\0\0\0\0\0", 8) + little_endian<std::uint64_t>(2);
  const auto with_rows = [&](std::uint64_t rows) {
    std::string bytes = sound;
    for (std::size_t at = bytes.find(space); at != std::string::npos;
         at = bytes.find(space, at + 8)) {
      bytes.replace(at + 8, 8, little_endian(rows));
    }
    return error_of<IoError>([&] { reader_of(bytes).read("float32"); });
  };
  EXPECT_EQ(with_rows(3), "'f': 'float32': it should have 36 bytes, but 24 are there");
  EXPECT_EQ(with_rows(std::uint64_t{1} << 40U),
            "'f': 'float32': it should have 13194139533312 bytes, but 24 are there");
  EXPECT_EQ(with_rows(std::uint64_t{1} << 62U),
            "'f': 'float32': shape (4611686018427387904, 3) of float32 takes more bytes than 64 "
            "bits can count");
  EXPECT_EQ(with_rows(UINT64_MAX), "'f': 'float32': its axis 0 has size 18446744073709551615");
}

TEST_F(MalformedHdf5Test, RefusesAttributesThatAreNotThere) {
  std::string bytes = bytes_of("legacy.h5");
  const std::size_t name = bytes.find("layer_names");
  const std::size_t space = bytes.find(std::string("\1\1\1\0\0\0\0\0", 8), name);
  bytes.replace(space + 8, 8, little_endian(std::uint64_t{1} << 40U));
  Hdf5Reader reader = reader_of(bytes);
  EXPECT_EQ(
      error_of<IoError>([&] { reader.attribute("model_weights", "layer_names"); }),
      "'f': 'model_weights': attribute 'layer_names': 16 bytes at byte 16 lie beyond the end, byte "
      "16");
}

/// Reads all that can be read; each object either works or throws IoError.
void read_all(const std::string& bytes, const std::vector<std::string>& paths) {
  try {
    Hdf5Reader reader = reader_of(bytes);
    const auto survive = [&](const auto& work) {
      try {
        work();
      } catch (const IoError& error) {
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      }
    };
    survive([&] { reader.datasets(); });
    for (const std::string& path : paths) {
      survive([&] { reader.members(path); });
      survive([&] { reader.read(path); });
      std::vector<std::string> names;
      survive([&] { names = reader.attribute_names(path); });
      for (const std::string& name : names) {
        survive([&] { reader.attribute(path, name); });
      }
    }
  } catch (const IoError&) {
    // as it should
  }
}

/// The paths of all groups and datasets of a sound file.
std::vector<std::string> paths_of(const std::string& bytes) {
  Hdf5Reader reader = reader_of(bytes);
  std::vector<std::string> paths = {""};
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string path = paths[i];
    try {
      for (const std::string& name : reader.members(path)) {
        if (path.size() < 40)
          paths.push_back(path.empty() ? name : fmt::format("{}/{}", path, name));
      }
    } catch (const IoError&) {
      // a dataset, or a refused group
    }
  }
  return paths;
}

class ChangedHdf5Test : public ::testing::TestWithParam<const char*> {};

TEST_P(ChangedHdf5Test, SurvivesAnyChangedByte) {
  const auto start = std::chrono::steady_clock::now();
  std::string bytes = bytes_of(GetParam());
  const std::vector<std::string> paths = paths_of(bytes);
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::size_t at = random.next() % bytes.size();
    const char sound = bytes[at];
    bytes[at] = static_cast<char>(random.next() % 256);
    read_all(bytes, paths);
    bytes[at] = sound;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(5));
}

TEST_P(ChangedHdf5Test, SurvivesBeingCutAnywhere) {
  const std::string bytes = bytes_of(GetParam());
  const std::vector<std::string> paths = paths_of(bytes);
  for (std::size_t size = 0; size < bytes.size(); size += 61) {
    EXPECT_THROW(reader_of(bytes.substr(0, size)), IoError) << size;
    // Past the check of the length, so that all else meets the end of the file, too.
    std::string cut = bytes.substr(0, size);
    if (size >= 96) cut.replace(40, 8, little_endian<std::uint64_t>(size));
    read_all(cut, paths);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, ChangedHdf5Test,
                         ::testing::Values("sentiment.weights.h5", "bfloat16.weights.h5",
                                           "legacy.h5", "types.h5", "refused.h5"));

}  // namespace
}  // namespace domino
