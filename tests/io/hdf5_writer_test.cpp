#include "domino/io/hdf5_writer_internal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "domino/io/hdf5_reader_internal.h"
#include "tests/error_of.h"
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::error_of;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Hdf5WriterTest : public FolderTest {
 protected:
  Hdf5WriterTest() : path_(in_folder("file.h5")) {}
  const std::filesystem::path& path() const { return path_; }

 private:
  const std::filesystem::path path_;
};

Tensor counted(const Shape& shape, DType dtype) {
  Tensor tensor = Tensor::empty(shape, dtype);
  const auto bytes = static_cast<std::size_t>(tensor.elements()) * size_of(dtype);
  for (std::size_t i = 0; i < bytes; ++i)
    tensor.storage()->bytes()[i] = static_cast<std::byte>(i % 2);
  return tensor;
}

TEST_F(Hdf5WriterTest, WritesEveryTypeOfNumbers) {
  constexpr DType kAll[] = {DType::Float32, DType::Float64, DType::Float16, DType::BFloat16,
                            DType::Int8,    DType::Int16,   DType::Int32,   DType::Int64,
                            DType::UInt8,   DType::UInt16,  DType::UInt32,  DType::UInt64,
                            DType::Bool};
  const std::vector<Shape> shapes = {{}, {3}, {2, 3}, {0, 3}};
  Hdf5Writer writer(path());
  for (const DType dtype : kAll) {
    for (const Shape& shape : shapes) {
      writer.write(std::string(name_of(dtype)) + "/" + to_string(shape), counted(shape, dtype));
    }
  }
  writer.commit();
  Hdf5Reader reader(ByteSource::file(path()));
  for (const DType dtype : kAll) {
    for (const Shape& shape : shapes) {
      const Tensor read = reader.read(std::string(name_of(dtype)) + "/" + to_string(shape));
      EXPECT_TRUE(equal(read, counted(shape, dtype))) << name_of(dtype) << to_string(read);
    }
  }
}

TEST_F(Hdf5WriterTest, WritesGroupsAndAttributes) {
  Hdf5Writer writer(path());
  writer.make_group("layers/dense/vars");
  writer.set_attribute("layers/dense/vars", "name", "d\xC3\xA4nse");
  writer.write("layers/dense/vars/0", Tensor({2}, {1, 2}));
  writer.make_group("vars");
  writer.commit();
  Hdf5Reader reader(ByteSource::file(path()));
  EXPECT_THAT(reader.members(""), ElementsAre("layers", "vars"));
  EXPECT_THAT(reader.members("vars"), IsEmpty());
  EXPECT_THAT(reader.datasets(), ElementsAre("layers/dense/vars/0"));
  EXPECT_EQ(reader.attribute("layers/dense/vars", "name").as_string(), "d\xC3\xA4nse");
  EXPECT_THAT(names(), ElementsAre("file.h5"));
}

TEST_F(Hdf5WriterTest, LeavesNothingUnlessCommitted) {
  write("file.h5", "before");
  {
    Hdf5Writer writer(path());
    writer.write("a", Tensor({2}, {1, 2}));
    EXPECT_EQ(error_of<IoError>([&] { writer.make_group("a"); }).substr(0, 14), "cannot write '");
    EXPECT_THROW(writer.write("b", Tensor()), ValueError);
  }
  EXPECT_EQ(read(path()), "before");
  EXPECT_THAT(names(), ElementsAre("file.h5"));
}

TEST_F(Hdf5WriterTest, SaysWhyItCannotWrite) {
  EXPECT_THAT(error_of<IoError>([] { Hdf5Writer("/no/such/folder/file.h5"); }),
              ::testing::AllOf(StartsWith("cannot write '/no/such/folder/file.h5'"),
                               EndsWith("No such file or directory")));
  Hdf5Writer writer(path());
  writer.write("a", Tensor({2}, {1, 2}));
  EXPECT_THAT(error_of<IoError>([&] {
                writer.write("a", Tensor({2}, {1, 2}));
              }),
              ::testing::AllOf(StartsWith("cannot write '" + path().string() + "': 'a': "),
                               ::testing::Not(::testing::HasSubstr("\n"))));
}

}  // namespace
}  // namespace domino
