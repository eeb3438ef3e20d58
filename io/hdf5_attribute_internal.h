#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domino/core/config.h"
#include "domino/io/byte_source_internal.h"
#include "domino/io/hdf5_object_internal.h"

namespace domino {

/// The strings of any length of an HDF5 file, which lie in collections (a global heap).
class Hdf5StringHeap {
 public:
  explicit Hdf5StringHeap(const ByteSource& file) : file_(file), left_(file.size()) {}

  std::uint64_t file_bytes() const { return file_.size(); }

  /// The string that a reference of 16 bytes stands for. Throws IoError.
  std::string string(const ByteSource& reference);

 private:
  using Collection = std::map<std::uint32_t, ByteSource>;
  const Collection& collection(std::uint64_t address);

  ByteSource file_;
  std::uint64_t left_;  // collections share no bytes, so together they are no longer than the file
  std::map<std::uint64_t, Collection> collections_;
};

/// The attribute of this name of an object: a number, a bool, a string, or an array of those; null if
/// there is none. Throws IoError, by name for other types and for attributes outside the header.
Config read_hdf5_attribute(const std::vector<Hdf5Message>& object, std::string_view name,
                           Hdf5StringHeap& strings);

/// The names of all attributes of an object, in the order of the file.
std::vector<std::string> hdf5_attribute_names(const std::vector<Hdf5Message>& object);

}  // namespace domino
