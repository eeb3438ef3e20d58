#include "domino/io/hdf5_writer_internal.h"

#include <hdf5.h>

#include <array>
#include <cstddef>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "domino/core/check.h"
#include "domino/io/shown_name_internal.h"
#include "domino/io/tensor_bytes_internal.h"

namespace domino {
namespace {

static_assert(std::is_same_v<hid_t, std::int64_t>);

/// libhdf5 is not made for several threads, and prints its errors unless told otherwise.
class Library {
 public:
  Library() : lock_(mutex()) { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

 private:
  static std::mutex& mutex() {
    static std::mutex mutex;
    return mutex;
  }

  const std::lock_guard<std::mutex> lock_;
};

/// What libhdf5 says went wrong, in the words of the innermost function.
std::string reason() {
  std::string text = "libhdf5 gives no reason";
  const auto take = [](unsigned, const H5E_error2_t* error, void* to) {
    if (error->desc != nullptr) *static_cast<std::string*>(to) = error->desc;
    return herr_t(0);
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, take, &text);
  return text;
}

void check_done(herr_t status) { check<IoError>(status >= 0, "{}", reason()); }

/// What libhdf5 has opened, closed again.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {
    check<IoError>(id >= 0, "{}", reason());
  }
  ~Handle() { close_(id_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  hid_t id() const { return id_; }

 private:
  const hid_t id_;
  herr_t (*const close_)(hid_t);
};

hid_t half_type() {
  const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  check_done(H5Tset_fields(type, 15, 10, 5, 0, 10));
  check_done(H5Tset_size(type, 2));
  check_done(H5Tset_ebias(type, 15));
  return type;
}

/// h5py's bool.
hid_t bool_type() {
  const hid_t type = H5Tenum_create(H5T_STD_I8LE);
  const std::array<std::int8_t, 2> values{0, 1};
  check_done(H5Tenum_insert(type, "FALSE", &values[0]));
  check_done(H5Tenum_insert(type, "TRUE", &values[1]));
  return type;
}

hid_t type_of(DType dtype) {
  switch (dtype) {
    case DType::Float32:
      return H5Tcopy(H5T_IEEE_F32LE);
    case DType::Float64:
      return H5Tcopy(H5T_IEEE_F64LE);
    case DType::Float16:
      return half_type();
    case DType::BFloat16:
      return H5Tcreate(H5T_OPAQUE, 2);
    case DType::Int8:
      return H5Tcopy(H5T_STD_I8LE);
    case DType::Int16:
      return H5Tcopy(H5T_STD_I16LE);
    case DType::Int32:
      return H5Tcopy(H5T_STD_I32LE);
    case DType::Int64:
      return H5Tcopy(H5T_STD_I64LE);
    case DType::UInt8:
      return H5Tcopy(H5T_STD_U8LE);
    case DType::UInt16:
      return H5Tcopy(H5T_STD_U16LE);
    case DType::UInt32:
      return H5Tcopy(H5T_STD_U32LE);
    case DType::UInt64:
      return H5Tcopy(H5T_STD_U64LE);
    case DType::Bool:
      return bool_type();
    case DType::String:
      break;
  }
  fail<DTypeError>("a tensor of strings has no HDF5 type here");
}

hid_t string_type() {
  const hid_t type = H5Tcopy(H5T_C_S1);
  check_done(H5Tset_size(type, H5T_VARIABLE));
  check_done(H5Tset_cset(type, H5T_CSET_UTF8));
  return type;
}

/// For links: makes the groups above.
hid_t with_groups_above() {
  const hid_t properties = H5Pcreate(H5P_LINK_CREATE);
  check_done(H5Pset_create_intermediate_group(properties, 1));
  return properties;
}

hid_t space_of(const Shape& shape) {
  if (shape.rank() == 0) return H5Screate(H5S_SCALAR);
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  return H5Screate_simple(shape.rank(), sizes.data(), nullptr);
}

void write_text(hid_t object, const std::string& name, const std::string& text) {
  const Handle type(string_type(), H5Tclose);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(
      H5Acreate2(object, name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const char* const chars = text.c_str();
  check_done(H5Awrite(attribute.id(), type.id(), &chars));
}

void write_dataset(hid_t file, const std::string& path, const Tensor& value,
                   std::span<const std::byte> bytes) {
  const Handle type(type_of(value.dtype()), H5Tclose);
  const Handle space(space_of(value.shape()), H5Sclose);
  const Handle links(with_groups_above(), H5Pclose);
  const Handle dataset(
      H5Dcreate2(file, path.c_str(), type.id(), space.id(), links.id(), H5P_DEFAULT, H5P_DEFAULT),
      H5Dclose);
  if (!bytes.empty()) {
    check_done(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()));
  }
  if (value.dtype() == DType::BFloat16) write_text(dataset.id(), "dtype", "bfloat16");
}

/// Does `work`; its errors name what could not be written.
template <class F>
void named(const std::string& what, F work) {
  const Library library;
  try {
    work();
  } catch (IoError& error) {
    error.add_context("cannot write " + what);
    throw;
  }
}

}  // namespace

Hdf5Writer::Hdf5Writer(const std::filesystem::path& file)
    : name_(fmt::format("'{}'", file.string())), new_file_(file) {
  named(name_, [&] {
    file_ = H5Fcreate(new_file_.beside().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    check_done(file_ < 0 ? -1 : 0);
  });
}

Hdf5Writer::~Hdf5Writer() {
  const Library library;
  if (file_ >= 0) H5Fclose(file_);
}

void Hdf5Writer::make_group(const std::string& path) {
  named(name_ + ": " + shown_name(path), [&] {
    const Handle links(with_groups_above(), H5Pclose);
    const Handle group(H5Gcreate2(file_, path.c_str(), links.id(), H5P_DEFAULT, H5P_DEFAULT),
                       H5Gclose);
  });
}

void Hdf5Writer::write(const std::string& path, const Tensor& value) {
  const std::span<const std::byte> bytes = writable_bytes(path, value, "HDF5");
  named(name_ + ": " + shown_name(path), [&] { write_dataset(file_, path, value, bytes); });
}

void Hdf5Writer::set_attribute(const std::string& path, const std::string& name,
                               const std::string& text) {
  named(name_ + ": " + shown_name(path), [&] {
    const Handle object(H5Oopen(file_, path.c_str(), H5P_DEFAULT), H5Oclose);
    write_text(object.id(), name, text);
  });
}

void Hdf5Writer::commit() {
  named(name_, [&] { check_done(H5Fclose(std::exchange(file_, -1))); });
  new_file_.commit();
}

}  // namespace domino
