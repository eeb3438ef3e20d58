#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "domino/core/tensor.h"
#include "domino/io/new_file_internal.h"

namespace domino {

/// Writes an HDF5 file as h5py does by default, by libhdf5. It appears under its name at `commit`.
///
/// Paths are like `layers/dense/vars/0`; the groups above are made as they are needed. Throws IoError
/// naming the file and the path. Safe while other threads write other files.
class Hdf5Writer {
 public:
  explicit Hdf5Writer(const std::filesystem::path& file);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  void make_group(const std::string& path);
  /// A dataset. Throws ValueError, DTypeError or DeviceError for a tensor that cannot be written.
  void write(const std::string& path, const Tensor& value);
  /// Gives the group or dataset at `path` a string.
  void set_attribute(const std::string& path, const std::string& name, const std::string& text);
  /// Puts the file in its place; nothing can be written behind it.
  void commit();

 private:
  std::string name_;
  NewFile new_file_;
  std::int64_t file_ = -1;  // hid_t
};

}  // namespace domino
