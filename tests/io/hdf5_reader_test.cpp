#include "domino/io/hdf5_reader_internal.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <cstring>
#include <functional>
#include <map>

#include "domino/io/keras_archive_internal.h"
#include "tests/io/recorded.h"
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::recorded;

/// What libhdf5 opens, closed again.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) { EXPECT_GE(id, 0); }
  ~Handle() { close_(id_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor)

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

std::vector<std::string> oracle_members(hid_t group) {
  H5G_info_t info{};
  H5Gget_info(group, &info);
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    char name[256];
    H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof(name), H5P_DEFAULT);
    names.emplace_back(name);
  }
  return names;
}

std::vector<std::string> oracle_attribute_names(hid_t object) {
  std::vector<std::string> names;
  const auto add = [](hid_t, const char* name, const H5A_info_t*, void* to) {
    static_cast<std::vector<std::string>*>(to)->emplace_back(name);
    return herr_t(0);
  };
  H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names);
  return names;
}

/// The elements of an attribute, each as a Config.
Config::Array oracle_elements(hid_t attribute, hid_t type, std::size_t count) {
  Config::Array values;
  if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0) {
    std::vector<char*> strings(count);
    EXPECT_GE(H5Aread(attribute, type, strings.data()), 0);
    for (char* text : strings) {
      values.emplace_back(text == nullptr ? "" : text);
      H5free_memory(text);
    }
  } else if (H5Tget_class(type) == H5T_STRING) {
    const std::size_t size = H5Tget_size(type);
    std::string bytes(count * size, '\0');
    EXPECT_GE(H5Aread(attribute, type, bytes.data()), 0);
    for (std::size_t i = 0; i < count; ++i) {
      values.emplace_back(bytes.substr(i * size, size).c_str());
    }
  } else if (H5Tget_class(type) == H5T_FLOAT) {
    std::vector<double> numbers(count);
    EXPECT_GE(H5Aread(attribute, H5T_NATIVE_DOUBLE, numbers.data()), 0);
    values.assign(numbers.begin(), numbers.end());
  } else if (H5Tget_class(type) == H5T_ENUM) {
    std::vector<std::int8_t> numbers(count);
    EXPECT_GE(H5Aread(attribute, type, numbers.data()), 0);
    for (const std::int8_t number : numbers) values.emplace_back(number != 0);
  } else {
    std::vector<long long> numbers(count);
    EXPECT_GE(H5Aread(attribute, H5T_NATIVE_LLONG, numbers.data()), 0);
    values.assign(numbers.begin(), numbers.end());
  }
  return values;
}

Config oracle_attribute(hid_t object, const std::string& name) {
  const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  const Handle type(H5Aget_type(attribute), H5Tclose);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
  Config::Array values;
  if (count > 0) values = oracle_elements(attribute, type, count);
  return H5Sget_simple_extent_ndims(space) == 0 ? values.at(0) : Config(std::move(values));
}

std::string oracle_dtype(hid_t type) {
  const std::string bits = std::to_string(H5Tget_size(type) * 8);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return "float" + bits;
    case H5T_ENUM:
      return "bool";
    case H5T_OPAQUE:
      return "bfloat16";
    default:
      return (H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int") + bits;
  }
}

void expect_dataset(Hdf5Reader& reader, const std::string& path, hid_t dataset) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const Handle space(H5Dget_space(dataset), H5Sclose);
  std::vector<hsize_t> sizes(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  const Shape shape(std::vector<std::int64_t>(sizes.begin(), sizes.end()));
  const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
  std::string bytes(count * H5Tget_size(type), '\0');
  EXPECT_GE(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), 0) << path;

  const Hdf5Dataset info = reader.info(path);
  EXPECT_EQ(name_of(info.dtype), oracle_dtype(type)) << path;
  EXPECT_EQ(info.shape, shape) << path;
  ASSERT_EQ(info.bytes, bytes.size()) << path;
  const Tensor read = reader.read(path);
  EXPECT_EQ(read.dtype(), info.dtype) << path;
  EXPECT_EQ(read.shape(), shape) << path;
  EXPECT_EQ(std::memcmp(read.storage()->bytes(), bytes.data(), bytes.size()), 0) << path;
}

/// Compares all below `path` with what libhdf5 reads; returns how many objects there are.
int expect_equal(Hdf5Reader& reader, const std::string& path, hid_t object) {
  std::vector<std::string> names = reader.attribute_names(path);
  std::ranges::sort(names);
  EXPECT_EQ(names, oracle_attribute_names(object)) << path;
  for (const std::string& name : names) {
    EXPECT_EQ(reader.attribute(path, name).to_json(), oracle_attribute(object, name).to_json())
        << path << " " << name;
  }
  EXPECT_EQ(reader.is_group(path), H5Iget_type(object) == H5I_GROUP) << path;
  if (H5Iget_type(object) != H5I_GROUP) {
    expect_dataset(reader, path, object);
    return 1;
  }
  const std::vector<std::string> members = oracle_members(object);
  EXPECT_EQ(reader.members(path), members) << path;
  int count = 1;
  for (const std::string& name : members) {
    const Handle member(H5Oopen(object, name.c_str(), H5P_DEFAULT), H5Oclose);
    count += expect_equal(reader, path.empty() ? name : fmt::format("{}/{}", path, name), member);
  }
  return count;
}

int expect_file_equal(const std::filesystem::path& path) {
  Hdf5Reader reader(ByteSource::file(path));
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  const Handle root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
  return expect_equal(reader, "", root);
}

using Hdf5ReaderTest = FolderTest;

TEST_F(Hdf5ReaderTest, ReadsAllThatLibhdf5Reads) {
  EXPECT_EQ(expect_file_equal(recorded("sentiment.weights.h5")), 38);
  EXPECT_EQ(expect_file_equal(recorded("bfloat16.weights.h5")), 7);
  EXPECT_EQ(expect_file_equal(recorded("float16.weights.h5")), 7);
  EXPECT_EQ(expect_file_equal(recorded("legacy.h5")), 16);
  EXPECT_EQ(expect_file_equal(recorded("types.h5")), 17);
}

TEST_F(Hdf5ReaderTest, ReadsTheWeightsInAnArchive) {
  const KerasArchive archive(recorded("trained.keras"));
  const ByteSource weights = archive.bytes("model.weights.h5");
  expect_file_equal(write("copy.h5", weights.text(0, weights.size())));
  Hdf5Reader reader(weights);
  EXPECT_EQ(reader.attribute("layers/dense/vars", "name").as_string(), "dense");
  const Tensor kernel = reader.read("layers/dense/vars/0");
  EXPECT_TRUE(equal(kernel, Tensor({2, 2}, {0, 1, 2, 3}))) << to_string(kernel);
}

TEST_F(Hdf5ReaderTest, ReadsTreesOfManyLevels) {
  const auto path = in_folder("tree.h5");
  {
    const Handle properties(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
    H5Pset_sym_k(properties, 1, 1);  // the smallest nodes that there are
    const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, properties, H5P_DEFAULT), H5Fclose);
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    for (int i = 0; i < 100; ++i) {
      const std::string name = "a name that takes some room " + std::to_string(i);
      const Handle dataset(H5Dcreate2(file, name.c_str(), H5T_NATIVE_INT, space, H5P_DEFAULT,
                                      H5P_DEFAULT, H5P_DEFAULT),
                           H5Dclose);
      H5Dwrite(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &i);
    }
  }
  EXPECT_EQ(expect_file_equal(path), 101);
}

TEST_F(Hdf5ReaderTest, ListsAllDatasets) {
  Hdf5Reader reader(ByteSource::file(recorded("bfloat16.weights.h5")));
  EXPECT_THAT(reader.datasets(), ElementsAre("layers/dense/vars/0", "layers/dense/vars/1"));
  EXPECT_THAT(reader.datasets("layers/dense"),
              ElementsAre("layers/dense/vars/0", "layers/dense/vars/1"));
  EXPECT_THAT(reader.datasets("vars"), IsEmpty());
  EXPECT_TRUE(reader.contains("layers/dense/vars/1"));
  EXPECT_TRUE(reader.contains(""));
  EXPECT_FALSE(reader.contains("layers/dense/vars/2"));
  EXPECT_EQ(reader.read("layers/dense/vars/0").dtype(), DType::BFloat16);
  EXPECT_TRUE(reader.attribute("layers/dense/vars", "no such").is_null());
}

TEST_F(Hdf5ReaderTest, ReadsTheAttributesOfALegacyFile) {
  Hdf5Reader reader(ByteSource::file(recorded("legacy.h5")));
  EXPECT_EQ(reader.attribute("", "keras_version").as_string(), "3.15.1");
  EXPECT_THAT(reader.attribute("", "model_config").as_string(), ::testing::HasSubstr("Sequential"));
  EXPECT_EQ(reader.attribute("model_weights/dense", "weight_names").to_json(),
            R"(["trained/dense/kernel", "trained/dense/bias"])");
}

}  // namespace
}  // namespace domino
