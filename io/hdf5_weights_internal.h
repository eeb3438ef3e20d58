#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "domino/graph/layer.h"
#include "domino/io/hdf5_reader_internal.h"

namespace domino {

/// Writes the weights of a layer or a model as Keras' `save_weights` does: a group `vars` for each
/// layer, with its name as an attribute, and in it the weights, numbered. Throws IoError.
void write_hdf5_weights(const Layer& layer, const std::filesystem::path& file);

/// The paths of the weights in a file of Keras' `save_weights`, without those of the optimizer.
/// Throws IoError if the file is laid out in the older way.
std::vector<std::string> hdf5_weight_paths(Hdf5Reader& file);

}  // namespace domino
