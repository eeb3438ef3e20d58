#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "domino/core/tensor.h"
#include "domino/graph/layer.h"
#include "domino/io/byte_source_internal.h"
#include "domino/io/weights_file_internal.h"

namespace domino {

/// A tensor in a file, not read yet.
struct StoredTensor {
  std::string name;
  DType dtype;
  Shape shape;
  std::function<Tensor()> read;
};

/// The weights in an HDF5 file of Keras' `save_weights`, or in that of a `.keras` archive. Throws
/// IoError.
std::vector<StoredTensor> open_hdf5_weights(const ByteSource& file);

/// Gives `layer` the tensors that it expects of a file.
///
/// Throws one IoError that lists all missing, surplus and unfit tensors unless `stored` has every one,
/// nothing else, and all fit; then nothing has changed. `file` is for messages, and `progress` asks for
/// the bar of LoadModelOptions.
void give_weights(const Layer& layer, const std::vector<FiledTensor>& expected,
                  const std::vector<StoredTensor>& stored, std::string_view file,
                  bool progress = false);

}  // namespace domino
