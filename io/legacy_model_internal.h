#pragma once

#include <filesystem>

#include "domino/graph/model.h"
#include "domino/io/byte_source_internal.h"
#include "domino/io/load_model.h"

namespace domino {

/// Whether the file begins as HDF5.
bool is_hdf5(const ByteSource& file);

/// The model in a whole-model `.h5` file of Keras 3 (keras/src/legacy/saving/legacy_h5_format.py).
Model load_legacy_model(const std::filesystem::path& file, const LoadModelOptions& options);

}  // namespace domino
