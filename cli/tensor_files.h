#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "domino/graph/model.h"
#include "domino/io/safetensors.h"

namespace domino::cli {

/// The tensors of a .safetensors file by name.
using TensorsByName = std::map<std::string, Tensor>;
TensorsByName read_tensors(const std::filesystem::path& file);

/// What a file says the inputs of a model are: one tensor per input under its name, or the only tensor
/// for the only input; `NAME.mask` is the mask that an input brings. For a model whose only input is of
/// strings also a `.txt` file: a string per line.
///
/// Throws ValueError naming the file and the tensor that is missing or is no input, DTypeError for a
/// fraction where an input takes integers.
Tensors read_inputs(const std::filesystem::path& file, const Model& model);

/// The names under which outputs are written: Keras' names, of which the second `x` becomes `x_1`.
std::vector<std::string> names_of_outputs(const Model& model);

/// Outputs under these names, and their masks as bools under `NAME.mask`.
NamedTensors named_outputs(const Model& model, const Tensors& outputs);

/// Ends the name of a mask.
inline constexpr std::string_view kMaskSuffix = ".mask";

}  // namespace domino::cli
