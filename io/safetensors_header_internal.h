#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domino/io/safetensors.h"

namespace domino {

/// More than this the format does not allow.
inline constexpr std::uint64_t kMostHeaderBytes = 100'000'000;

/// Reads the JSON of a header with `data_bytes` bytes behind it. The tensors come in the order of
/// their bytes, which they share out without a gap. Throws IoError, naming the tensor.
std::vector<TensorInfo> parse_safetensors_header(std::string_view json, std::uint64_t data_bytes);

/// The JSON for these tensors, padded with spaces to a multiple of 8 bytes. Throws ValueError.
std::string write_safetensors_header(const std::vector<TensorInfo>& tensors);

}  // namespace domino
