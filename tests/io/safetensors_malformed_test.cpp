#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "domino/core/error.h"
#include "domino/core/random.h"
#include "domino/io/safetensors.h"
#include "tests/error_of.h"
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using ::testing::EndsWith;
using testing::error_of;
using ::testing::StartsWith;

std::string length_bytes(std::uint64_t length) {
  const auto bytes = std::bit_cast<std::array<char, 8>>(length);
  return {bytes.begin(), bytes.end()};
}

/// The length, the header, and `data` zero bytes.
std::string file_of(std::string_view header, std::size_t data) {
  return length_bytes(header.size()) + std::string(header) + std::string(data, '\0');
}

class MalformedSafetensorsTest : public FolderTest {
 protected:
  std::string error_for_bytes(std::string_view bytes) const {
    const auto path = write("bad.safetensors", bytes);
    const std::string text = error_of<IoError>([&] { read_safetensors(path); });
    const std::string file = "'" + path.string() + "': ";
    EXPECT_THAT(text, StartsWith(file));
    return text.substr(std::min(file.size(), text.size()));
  }
  std::string error_for(std::string_view header, std::size_t data = 8) const {
    return error_for_bytes(file_of(header, data));
  }
};

TEST_F(MalformedSafetensorsTest, IsNoFile) {
  const auto text_for = [](const std::filesystem::path& path) {
    return error_of<IoError>([&] { read_safetensors(path); });
  };
  EXPECT_EQ(text_for("no/such.safetensors"), "'no/such.safetensors': there is no such file");
  EXPECT_EQ(text_for(folder()), "'" + folder().string() + "': this is not a file");
  const auto pipe = in_folder("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(text_for(pipe), "'" + pipe.string() + "': this is not a file");
}

TEST_F(MalformedSafetensorsTest, HeaderHasAnotherLength) {
  EXPECT_EQ(error_for_bytes(""),
            "the file has 0 bytes; a safetensors file begins with the length of its header, 8 "
            "bytes");
  EXPECT_EQ(error_for_bytes("1234567"),
            "the file has 7 bytes; a safetensors file begins with the length of its header, 8 "
            "bytes");
  EXPECT_EQ(error_for_bytes(length_bytes(0)), "its header does not begin with '{'");
  EXPECT_EQ(error_for_bytes(length_bytes(3) + "{}"),
            "its header should have 3 bytes, but only 2 follow; is it a safetensors file?");
  EXPECT_EQ(error_for_bytes(length_bytes(UINT64_MAX) + "{}"),
            "its header should have 18446744073709551615 bytes, but only 2 follow; is it a "
            "safetensors file?");
}

TEST_F(MalformedSafetensorsTest, HeaderIsLargerThanTheFormatAllows) {
  const auto path = write("bad.safetensors", length_bytes(100'000'001) + "{");
  std::filesystem::resize_file(path, 200'000'000);  // takes no room on the disk
  EXPECT_THAT(error_of<IoError>([&] { read_safetensors(path); }),
              EndsWith("its header should have 100000001 bytes; the format allows 100000000"));
}

TEST_F(MalformedSafetensorsTest, HeaderIsNoJson) {
  EXPECT_EQ(error_for("[]"), "its header does not begin with '{'");
  EXPECT_EQ(error_for("\xEF\xBB\xBF{}"), "its header does not begin with '{'");
  EXPECT_EQ(error_for("{"), "its header is not valid JSON at byte 2");
  EXPECT_EQ(error_for("{}{}"), "its header is not valid JSON at byte 3");
  EXPECT_EQ(error_for("{,}"), "its header is not valid JSON at byte 2");
  EXPECT_EQ(error_for("{} // comment"), "its header is not valid JSON at byte 4");
  EXPECT_EQ(error_for(std::string("{}\0{}", 5)), "its header is not valid JSON at byte 2");
  EXPECT_EQ(error_for(R"({"a":NaN})"), "its header is not valid JSON at byte 6");
  EXPECT_EQ(error_for("{\"\xFF\":1}"), "its header is not valid UTF-8 at byte 3");
  EXPECT_EQ(error_for("{\"\xC0\xAF\":1}"), "its header is not valid UTF-8 at byte 3");
  EXPECT_EQ(error_for(R"({"\ud800":1})"), "its header is not valid JSON at byte 9");
}

TEST_F(MalformedSafetensorsTest, HeaderNestsOtherwise) {
  EXPECT_EQ(error_for(R"({"a":1})"), "tensor 'a' is the number 1, expected an object");
  EXPECT_EQ(error_for(R"({"a":null})"), "tensor 'a' is null, expected an object");
  EXPECT_EQ(error_for(R"({"a":"x"})"), "tensor 'a' is a string, expected an object");
  EXPECT_EQ(error_for(R"({"a":[]})"), "tensor 'a' is an array, expected an object");
  EXPECT_EQ(error_for(R"({"a":{"dtype":{}}})"),
            "tensor 'a': its dtype is an object, expected a string");
  EXPECT_EQ(error_for(R"({"a":{"dtype":["F32"]}})"),
            "tensor 'a': its dtype is an array, expected a string");
  EXPECT_EQ(error_for(R"({"a":{"shape":"2"}})"),
            "tensor 'a': its shape is a string, expected an array");
  EXPECT_EQ(error_for(R"({"a":{"data_offsets":true}})"),
            "tensor 'a': its data_offsets is a boolean, expected an array");
  EXPECT_EQ(error_for(R"({"a":{"shape":[[)"),
            "tensor 'a': its shape holds an array, expected whole numbers from 0 to "
            "9223372036854775807");
  EXPECT_EQ(error_for(R"({"__metadata__":{"format":1}})"),
            "'__metadata__' holds the number 1, expected strings");
  EXPECT_EQ(error_for(R"({"__metadata__":{"a":"1","a":"2"}})"), "'__metadata__' holds 'a' twice");
  EXPECT_EQ(error_for(R"({"a":)" + std::string(1'000'000, '[')),
            "tensor 'a' is an array, expected an object");
  EXPECT_EQ(error_for(R"({"__metadata__":)" + std::string(1'000'000, '{')),
            "its header is not valid JSON at byte 18");
}

TEST_F(MalformedSafetensorsTest, FieldsAreMissingDoubleOrUnknown) {
  EXPECT_EQ(error_for(R"({"a":{"shape":[2],"data_offsets":[0,8]}})"),
            "tensor 'a': it has no dtype");
  EXPECT_EQ(error_for(R"({"a":{"dtype":"F32","data_offsets":[0,8]}})"),
            "tensor 'a': it has no shape");
  EXPECT_EQ(error_for(R"({"a":{"dtype":"F32","shape":[2]}})"),
            "tensor 'a': it has no data_offsets");
  EXPECT_EQ(error_for(R"({"a":{"dtype":"F32","dtype":"F32"}})"),
            "tensor 'a': its dtype comes twice");
  EXPECT_EQ(error_for(R"({"a":{"dtype":"F32","\u001b[31m":1}})"),
            "tensor 'a': it has a field '\\x1b[31m'; expected dtype, shape and data_offsets");
  EXPECT_EQ(error_for(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{}})"),
            "tensor 'a' comes twice");
  EXPECT_EQ(error_for(R"({"\u0061":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{}})"),
            "tensor 'a' comes twice");
  const std::string longest(300, 'n');
  EXPECT_EQ(error_for("{\"" + longest + "\":1}"),
            "tensor '" + longest.substr(0, 200) + "...' is the number 1, expected an object");
}

TEST_F(MalformedSafetensorsTest, DTypeIsUnknown) {
  for (const std::string name : {"F33", "", "f32", "F8_E4M3", "C64"}) {
    EXPECT_EQ(
        error_for(
            fmt::format(R"({{"a":{{"dtype":"{}","shape":[2],"data_offsets":[0,8]}}}})", name)),
        fmt::format("tensor 'a': its dtype is '{}', which Domino does not read; it reads F64, F32, "
                    "F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8 and BOOL",
                    name));
  }
}

TEST_F(MalformedSafetensorsTest, NumbersAreNoSizes) {
  const auto shape_error = [&](const std::string& size) {
    return error_for(R"({"a":{"dtype":"F32","shape":[)" + size + R"(],"data_offsets":[0,8]}})");
  };
  const auto holds = [](const std::string& what) {
    return "tensor 'a': its shape holds " + what +
           ", expected whole numbers from 0 to 9223372036854775807";
  };
  EXPECT_EQ(shape_error("-2"), holds("the number -2"));
  EXPECT_EQ(shape_error("2.5"), holds("the number 2.5"));
  EXPECT_EQ(shape_error("2e0"), holds("the number 2e0"));
  EXPECT_EQ(shape_error("9223372036854775808"), holds("the number 9223372036854775808"));
  EXPECT_EQ(shape_error("18446744073709551616"), holds("the number 18446744073709551616"));
  EXPECT_EQ(shape_error("null"), holds("null"));
  EXPECT_EQ(shape_error("\"2\""), holds("a string"));
  EXPECT_EQ(shape_error("1e999"), "its header holds a number beyond a double at byte 34");

  const auto offsets_error = [&](const std::string& offsets) {
    return error_for(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[)" + offsets + "]}}");
  };
  EXPECT_EQ(offsets_error("-1,8"),
            "tensor 'a': its data_offsets holds the number -1, expected whole numbers from 0 to "
            "18446744073709551615");
  EXPECT_EQ(offsets_error("0"), "tensor 'a': its data_offsets hold 1 numbers, expected two");
  EXPECT_EQ(offsets_error(""), "tensor 'a': its data_offsets hold 0 numbers, expected two");
  EXPECT_EQ(offsets_error("0,4,8"), "tensor 'a': its data_offsets hold more than two numbers");
}

TEST_F(MalformedSafetensorsTest, ShapeTakesOtherBytes) {
  const auto error_of_shape = [&](const std::string& dtype, const std::string& shape) {
    return error_for(R"({"a":{"dtype":")" + dtype + R"(","shape":[)" + shape +
                     R"(],"data_offsets":[0,8]}})");
  };
  EXPECT_EQ(error_of_shape("F32", "3"),
            "tensor 'a': shape (3,) of float32 takes 12 bytes, but it has 8");
  EXPECT_EQ(error_of_shape("F64", "2,1"),
            "tensor 'a': shape (2, 1) of float64 takes 16 bytes, but it has 8");
  EXPECT_EQ(error_of_shape("F32", "0,2"),
            "tensor 'a': shape (0, 2) of float32 takes 0 bytes, but it has 8");
  const std::string too_many = " takes more bytes than 64 bits can count";
  // 2^32 x 2^32 is 0 in 64 bits, and so are 2^62 float32.
  EXPECT_EQ(error_of_shape("U8", "4294967296,4294967296"),
            "tensor 'a': shape (4294967296, 4294967296) of uint8" + too_many);
  EXPECT_EQ(error_of_shape("F32", "4611686018427387904"),
            "tensor 'a': shape (4611686018427387904,) of float32" + too_many);
  EXPECT_EQ(error_of_shape("F32", "4611686018427387904,4,0"),
            "tensor 'a': shape (4611686018427387904, 4, 0) of float32" + too_many);
  std::string axes = "2";
  for (int i = 0; i < 32; ++i) axes += ",1";
  EXPECT_EQ(error_of_shape("F32", axes), "tensor 'a': its shape has more than 32 axes");
}

TEST_F(MalformedSafetensorsTest, RangesDoNotShareTheBytesOut) {
  const auto error_of_ranges = [&](const std::string& a, const std::string& b, std::size_t data) {
    const std::string start = R"({"dtype":"U8","shape":[4],"data_offsets":[)";
    return error_for(R"({"a":)" + start + a + R"(]},"b":)" + start + b + "]}}", data);
  };
  EXPECT_EQ(error_of_ranges("0,4", "2,6", 8),
            "tensor 'b' overlaps 'a': it begins at byte 2, before byte 4");
  EXPECT_EQ(error_of_ranges("0,4", "0,4", 4),
            "tensor 'b' overlaps 'a': it begins at byte 0, before byte 4");
  EXPECT_EQ(error_of_ranges("0,4", "6,10", 10), "the 2 bytes before tensor 'b' belong to none");
  EXPECT_EQ(error_of_ranges("8,12", "4,8", 12), "the 4 bytes before tensor 'b' belong to none");
  EXPECT_EQ(error_of_ranges("0,4", "4,8", 9), "the last 1 bytes belong to no tensor");
  EXPECT_EQ(error_of_ranges("0,4", "4,8", 7),
            "tensor 'b': its bytes end at 8, but the file has 7 behind its header");
  EXPECT_EQ(error_of_ranges("0,4", "8,4", 8),
            "tensor 'b': its bytes end at 4, before they begin at 8");
  EXPECT_EQ(error_of_ranges("0,4", "18446744073709551612,0", 8),
            "tensor 'b': its bytes end at 0, before they begin at 18446744073709551612");
  EXPECT_EQ(error_for("{}", 1), "the last 1 bytes belong to no tensor");
}

TEST_F(MalformedSafetensorsTest, BoolIsNeitherZeroNorOne) {
  std::string bytes = file_of(R"({"a":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}})", 3);
  bytes[bytes.size() - 2] = '\x02';
  EXPECT_EQ(error_for_bytes(bytes), "tensor 'a': its element 1 is neither 0 nor 1");
}

TEST_F(MalformedSafetensorsTest, MetadataAndPaddingAreFine) {
  const auto path = write("good.safetensors",
                          file_of(R"({"__metadata__":{"format":"pt"},)"
                                  R"("b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},)"
                                  R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}   )",
                                  2));
  const NamedTensors tensors = read_safetensors(path);
  ASSERT_EQ(tensors.size(), 2U);
  EXPECT_EQ(tensors[0].name, "a");
}

/// Reads it, or throws IoError: anything else ends the test.
void survive(const std::filesystem::path& path) {
  try {
    for (const NamedTensor& tensor : read_safetensors(path)) to_string(tensor.value);
  } catch (const IoError&) {
    // as it should
  }
}

NamedTensors sound_tensors() {
  return {{"kernel", Tensor({2, 2}, {1, 2, 3, 4})},
          {"ids", Tensor({3}, std::vector<std::int32_t>{1, 2, 3})},
          {"mask", Tensor({2}, std::vector<bool>{true, false})}};
}

TEST_F(MalformedSafetensorsTest, SurvivesAnyChangedByte) {
  const auto path = in_folder("file.safetensors");
  write_safetensors(path, sound_tensors());
  const std::string sound = read(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&](std::size_t at, char byte) {
    file.seekp(static_cast<std::streamoff>(at)).put(byte).flush();
  };
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::size_t at = random.next() % sound.size();
    put(at, static_cast<char>(sound[at] ^ static_cast<char>(1 + random.next() % 255)));
    survive(path);
    put(at, sound[at]);
  }
  EXPECT_EQ(read(path), sound);
}

TEST_F(MalformedSafetensorsTest, SurvivesBeingCutAnywhere) {
  write_safetensors(in_folder("sound.safetensors"), sound_tensors());
  const std::string sound = read(in_folder("sound.safetensors"));
  for (std::size_t size = 0; size < sound.size(); ++size) {
    const auto path = write("cut.safetensors", sound.substr(0, size));
    EXPECT_THROW(read_safetensors(path), IoError) << size;
  }
}

}  // namespace
}  // namespace domino
