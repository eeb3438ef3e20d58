#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "domino/core/config.h"
#include "domino/core/tensor.h"
#include "domino/io/byte_source_internal.h"
#include "domino/io/hdf5_attribute_internal.h"
#include "domino/io/hdf5_group_internal.h"
#include "domino/io/hdf5_object_internal.h"

namespace domino {

/// What an HDF5 file says of a dataset; its bytes are known to be there.
struct Hdf5Dataset {
  DType dtype = DType::Float32;
  Shape shape;
  std::uint64_t bytes = 0;
  ByteSource data;
};

/// Reads the HDF5 that Keras and h5py write by default (superblock 0, groups as symbol tables), lazily.
///
/// Everything else is refused by name, and no other file is ever read: external and soft links,
/// external and virtual datasets, chunks and filters, committed datatypes, compounds, references,
/// strings as data, big-endian numbers. Every offset is checked; memory and time stay in proportion to
/// the file. Paths are like `layers/dense/vars/0`; the root is empty. Each function throws IoError
/// "'file': 'path': what is wrong". Not for use by two threads at once.
class Hdf5Reader {
 public:
  explicit Hdf5Reader(ByteSource file);

  /// What messages call the file.
  const std::string& name() const { return file_.name(); }

  /// Whether there is a group or a dataset at this path.
  bool contains(std::string_view path);
  bool is_group(std::string_view path);
  /// Names of the members of a group, in the order of the file.
  std::vector<std::string> members(std::string_view group);
  /// Paths of all datasets below a group, in the order of the file. Throws IoError if two paths lead
  /// to one object, as in a group that lies below itself.
  std::vector<std::string> datasets(std::string_view group = {});

  /// An attribute: a number, a bool, a string or an array of those; null if there is none.
  Config attribute(std::string_view path, std::string_view name);
  std::vector<std::string> attribute_names(std::string_view path);

  Hdf5Dataset info(std::string_view dataset);
  /// The numbers of a dataset.
  Tensor read(std::string_view dataset);

 private:
  using Object = std::vector<Hdf5Message>;
  template <class F>
  auto named(std::string_view path, F work);
  struct Walk;
  std::optional<std::uint64_t> find(std::string_view path);
  Object object(std::string_view path);
  const std::vector<Hdf5Link>& links(std::uint64_t group);
  void walk(const std::string& path, std::uint64_t address, Walk& walk);

  ByteSource file_;
  std::uint64_t root_ = 0;
  Hdf5StringHeap strings_;
  std::map<std::uint64_t, std::vector<Hdf5Link>> groups_;  // those read so far, by address
  std::set<std::uint64_t> visited_;                        // tree nodes of those groups
};

}  // namespace domino
