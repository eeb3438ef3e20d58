#pragma once

#include <vector>

#include "domino/io/hdf5_object_internal.h"
#include "domino/io/hdf5_reader_internal.h"

namespace domino {

/// Type, shape and bytes of a dataset with this header. Throws IoError, by name for what Domino does
/// not read, and if the file does not hold all of it.
Hdf5Dataset read_hdf5_dataset(const ByteSource& file, const std::vector<Hdf5Message>& object,
                              Hdf5StringHeap& strings);

}  // namespace domino
