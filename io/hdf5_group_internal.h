#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "domino/io/byte_source_internal.h"
#include "domino/io/hdf5_object_internal.h"

namespace domino {

/// A name in a group, and the header of the object that it stands for.
struct Hdf5Link {
  std::string name;
  std::uint64_t address;
};

/// The links of a group (a symbol table: a B-tree of nodes and a heap of names), in the order of the
/// file, which is that of the names.
///
/// `visited` holds the tree nodes of all groups read so far; one that comes again is refused, so that
/// groups of any file take no longer than the file is long. Throws IoError, by name for soft links and
/// groups of the newer kind, which external links need.
std::vector<Hdf5Link> read_hdf5_group(const ByteSource& file,
                                      const std::vector<Hdf5Message>& object,
                                      std::set<std::uint64_t>& visited);

}  // namespace domino
