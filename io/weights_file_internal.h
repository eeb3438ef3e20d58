#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "domino/graph/layer.h"

namespace domino {

enum class WeightsFormat : std::uint8_t { Safetensors, Hdf5 };

/// What `load_weights` and `save_weights` ask first: a built layer, a file whose name ends as one of
/// those that `function` knows. Throws BuildError or IoError.
WeightsFormat check_weights_file(const Layer& layer, const std::filesystem::path& file,
                                 std::string_view function);

/// What the weights are called in a file: in HDF5 `layers/dense/vars/0` for the path
/// `layers/dense/kernel`, as in Keras; in safetensors files their paths.
std::vector<std::string> names_in_file(const std::vector<Variable>& weights, WeightsFormat format);

}  // namespace domino
