#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
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

/// A tensor that a file keeps of a layer.
struct FiledTensor {
  std::string name;  ///< in the file
  std::string path;  ///< in the layer
  DType dtype;
  Shape shape;
  Tensor value;  ///< undefined if the layer has not been given it yet
  std::function<void(const Tensor&)> give;
};

/// A weight under the name that the file has for it.
FiledTensor filed_weight(const Layer& layer, const Variable& weight, std::string name);

/// The weights, then the layers' own variables. In HDF5 they are called as in Keras: numbered,
/// `layers/dense/vars/0` for the path `layers/dense/kernel`, and `layers/lookup/vars/idf_weights`; in
/// safetensors files by their paths.
std::vector<FiledTensor> filed_tensors(const Layer& layer, WeightsFormat format);

/// The same for a file that is to be written: throws BuildError if one has no value.
std::vector<FiledTensor> tensors_to_write(const Layer& layer, WeightsFormat format);

}  // namespace domino
