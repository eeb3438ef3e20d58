#include "domino/io/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <bit>
#include <csignal>
#include <cstdint>
#include <limits>

#include "domino/core/error.h"
#include "domino/core/visit_dtype.h"
#include "tests/error_of.h"
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using SafetensorsTest = FolderTest;

std::vector<std::string> names_of(const NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const NamedTensor& tensor : tensors) names.push_back(tensor.name);
  return names;
}

/// Six numbers, among them the extremes of the type.
Tensor extremes(DType dtype) {
  Tensor tensor = Tensor::empty({2, 3}, dtype);
  visit_number(dtype, [&]<class T>(TypeTag<T>) {
    const auto values = tensor.mutable_data<T>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
        values[i].bits = static_cast<std::uint16_t>(0x1234 * i + 0x7BFF);
      } else {
        values[i] = static_cast<T>(i);
      }
    }
    if constexpr (std::is_arithmetic_v<T>) {
      values[0] = std::numeric_limits<T>::lowest();
      values[1] = std::numeric_limits<T>::max();
    }
  });
  return tensor;
}

class SafetensorsDTypeTest : public FolderTest, public ::testing::WithParamInterface<DType> {};

TEST_P(SafetensorsDTypeTest, ComesBackAsItWas) {
  const Tensor tensor = extremes(GetParam());
  write_safetensors(in_folder("file.safetensors"), {{"x", tensor}});
  const NamedTensors back = read_safetensors(in_folder("file.safetensors"));
  ASSERT_THAT(names_of(back), ElementsAre("x"));
  EXPECT_TRUE(equal(back[0].value, tensor)) << to_string(back[0].value);
}

INSTANTIATE_TEST_SUITE_P(All, SafetensorsDTypeTest,
                         ::testing::Values(DType::Float32, DType::Float64, DType::Float16,
                                           DType::BFloat16, DType::Int8, DType::Int16, DType::Int32,
                                           DType::Int64, DType::UInt8, DType::UInt16, DType::UInt32,
                                           DType::UInt64, DType::Bool),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST_F(SafetensorsTest, WritesTheseBytes) {
  const auto path = in_folder("file.safetensors");
  write_safetensors(path, {{"b", Tensor({1}, {2})}, {"a", Tensor({2, 1}, {0, -1})}});
  const std::string header = R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                             R"("a":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]}})";
  const std::string padding((8 - header.size() % 8) % 8, ' ');
  std::string expected(1, static_cast<char>(header.size() + padding.size()));
  expected += std::string(7, '\0') + header + padding;
  for (const float value : {2.0F, 0.0F, -1.0F}) {
    const auto bytes = std::bit_cast<std::array<char, 4>>(value);
    expected.append(bytes.begin(), bytes.end());
  }
  EXPECT_EQ(read(path), expected);
}

TEST_F(SafetensorsTest, WritesTheWidestElementsFirstAndKeepsTheOrderOtherwise) {
  const auto path = in_folder("file.safetensors");
  write_safetensors(path, {{"bool", Tensor({3}, std::vector<bool>{true, false, true})},
                           {"z", Tensor({1}, {1})},
                           {"long", Tensor({1}, std::vector<std::int64_t>{7})},
                           {"a", Tensor({1}, {2})}});
  EXPECT_THAT(names_of(read_safetensors(path)), ElementsAre("long", "z", "a", "bool"));
}

TEST_F(SafetensorsTest, WritesAndReadsScalarsEmptyTensorsAndEmptyFiles) {
  const auto path = in_folder("file.safetensors");
  write_safetensors(path, {{"", Tensor(Shape{}, {5})},
                           {"none", Tensor::empty({0, 3}, DType::Int32)},
                           {"x/\"y\"\n\u00e9", Tensor({1}, {6})}});
  const NamedTensors back = read_safetensors(path);
  ASSERT_THAT(names_of(back), ElementsAre("", "none", "x/\"y\"\n\u00e9"));
  EXPECT_EQ(back[0].value.item(), 5);
  EXPECT_EQ(back[1].value.shape(), (Shape{0, 3}));
  EXPECT_EQ(back[2].value.item(), 6);

  write_safetensors(path, {});
  EXPECT_THAT(read_safetensors(path), IsEmpty());
}

TEST_F(SafetensorsTest, ReadsTensorByTensor) {
  const auto path = in_folder("file.safetensors");
  write_safetensors(path, {{"a", Tensor({2}, {1, 2})}, {"b", Tensor({1}, {3})}});
  SafetensorsReader reader(path);
  ASSERT_EQ(reader.tensors().size(), 2U);
  EXPECT_EQ(reader.tensors()[0].shape, (Shape{2}));
  EXPECT_TRUE(equal(reader.read(1), Tensor({1}, {3})));
  EXPECT_TRUE(equal(reader.read(0), Tensor({2}, {1, 2})));
}

TEST_F(SafetensorsTest, ReadsWhatKerasSampleWrote) {
  const auto tensors = read_safetensors(std::filesystem::path(DOMINO_TESTS_DIR)
                                            .parent_path()
                                            .append("samples/reviews/predictions.safetensors"));
  ASSERT_THAT(names_of(tensors), ElementsAre("probabilities", "ids", "tokens"));
  EXPECT_EQ(tensors[2].value.shape(), (Shape{2121, 51}));
  EXPECT_EQ(tensors[2].value.dtype(), DType::Int32);
}

TEST_F(SafetensorsTest, NoticesThatTheFileShrank) {
  const auto path = in_folder("file.safetensors");
  write_safetensors(path, {{"a", Tensor({2}, {1, 2})}});
  SafetensorsReader reader(path);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  EXPECT_EQ(
      error_of<IoError>([&] { reader.read(0); }),
      "'" + path.string() + "': tensor 'a': its bytes cannot be read; has the file been changed?");
}

TEST_F(SafetensorsTest, RefusesWhatTheFormatCannotHold) {
  const auto path = in_folder("file.safetensors");
  const auto text_of = [&]<class E>(TypeTag<E>, const NamedTensors& tensors) {
    return error_of<E>([&] { write_safetensors(path, tensors); });
  };
  const Tensor x({1}, {1});
  EXPECT_EQ(text_of(TypeTag<DTypeError>{}, {{"s", Tensor({1}, std::vector<std::string>{"a"})}}),
            "tensor 's' is string, which safetensors files cannot hold");
  EXPECT_EQ(text_of(TypeTag<ValueError>{}, {{"x", x}, {"x", x}}),
            "tensor 'x' cannot be written: the name is taken");
  EXPECT_EQ(text_of(TypeTag<ValueError>{}, {{"__metadata__", x}}),
            "tensor '__metadata__' cannot be written: the name is taken");
  EXPECT_EQ(text_of(TypeTag<ValueError>{}, {{"\xFF", x}}),
            "the name of a tensor is not valid UTF-8");
  EXPECT_EQ(text_of(TypeTag<ValueError>{}, {{"x", Tensor()}}),
            "tensor 'x' was never given a value");
  EXPECT_EQ(text_of(TypeTag<DeviceError>{}, {{"x", Tensor::meta({1}, DType::Float32, {})}}),
            "tensor 'x' is on 'meta'; only host tensors can be written");
  EXPECT_THAT(names(), IsEmpty());
}

/// Large enough not to fit into a buffer.
Tensor large() { return Tensor::empty({100'000}, DType::UInt8); }

TEST_F(SafetensorsTest, LeavesNothingBehindWhereItCannotWrite) {
  const auto nowhere = in_folder("nowhere") / "file.safetensors";
  EXPECT_EQ(error_of<IoError>([&] { write_safetensors(nowhere, {}); }),
            "cannot write '" + nowhere.string() + "': No such file or directory");
  EXPECT_THAT(names(), IsEmpty());

  std::filesystem::create_directory(in_folder("folder.safetensors"));
  EXPECT_THAT(error_of<IoError>([&] { write_safetensors(in_folder("folder.safetensors"), {}); }),
              HasSubstr("folder.safetensors': Is a directory"));
  EXPECT_THAT(names(), ElementsAre("folder.safetensors"));
}

TEST_F(SafetensorsTest, LeavesNothingBehindInAFolderThatIsReadOnly) {
  constexpr uid_t kNobody = 65534;
  std::filesystem::permissions(folder(), std::filesystem::perms(0555));
  const bool root = geteuid() == 0;  // whom permissions do not stop
  if (root && seteuid(kNobody) != 0) GTEST_SKIP() << "root cannot become another user here";
  const std::string text =
      error_of<IoError>([&] { write_safetensors(in_folder("file.safetensors"), {}); });
  ASSERT_TRUE(!root || seteuid(0) == 0);
  EXPECT_THAT(text, HasSubstr("file.safetensors': Permission denied"));
  EXPECT_THAT(names(), IsEmpty());
  std::filesystem::permissions(folder(), std::filesystem::perms(0755));
}

TEST_F(SafetensorsTest, KeepsTheOldFileIfTheDiskIsFull) {
  const auto path = in_folder("file.safetensors");
  write_safetensors(path, {{"old", Tensor({1}, {1})}});
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit full{50'000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &full);
  const std::string text = error_of<IoError>([&] { write_safetensors(path, {{"new", large()}}); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(text, "cannot write '" + path.string() + "': File too large");
  EXPECT_THAT(names(), ElementsAre("file.safetensors"));
  EXPECT_THAT(names_of(read_safetensors(path)), ElementsAre("old"));

  write_safetensors(path, {{"new", large()}});
  EXPECT_THAT(names_of(read_safetensors(path)), ElementsAre("new"));
}

}  // namespace
}  // namespace domino
