#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "domino/core/dtype.h"
#include "domino/core/shape.h"
#include "domino/core/tensor.h"

namespace domino {

class ByteSource;

/// A tensor and its name in a file.
struct NamedTensor {
  std::string name;
  Tensor value;
};
using NamedTensors = std::vector<NamedTensor>;

/// What the header of a .safetensors file says of one tensor.
struct TensorInfo {
  std::string name;
  DType dtype = DType::Float32;
  Shape shape;
  std::uint64_t begin = 0;  ///< where its bytes begin, counted from the end of the header
  std::uint64_t end = 0;
};

/// Reads a .safetensors file (https://huggingface.co/docs/safetensors), tensor by tensor.
///
/// The constructor reads the header alone and checks all of it, so that no tensor is larger than the
/// file. Takes every dtype but the 8-bit floats. A handle; safe for many threads.
class SafetensorsReader {
 public:
  /// Throws IoError naming the file, the tensor and what is wrong.
  explicit SafetensorsReader(const std::filesystem::path& file);

  /// In the order in which their bytes lie.
  const std::vector<TensorInfo>& tensors() const { return tensors_; }
  /// The numbers of `tensors()[index]`. Throws IoError if the file has changed meanwhile.
  Tensor read(std::size_t index) const;

 private:
  void read_header();

  std::shared_ptr<const ByteSource> file_;
  std::uint64_t data_start_ = 0;
  std::vector<TensorInfo> tensors_;
};

/// All tensors of a .safetensors file, in the order in which their bytes lie.
NamedTensors read_safetensors(const std::filesystem::path& file);

/// Writes a .safetensors file; equal tensors give equal bytes. The widest element types come first,
/// so that every tensor is aligned; apart from that the order is kept.
///
/// Throws ValueError for names that are not text, come twice or are `__metadata__`, DTypeError for
/// strings, and IoError if the file cannot be written: then there is none, or the one there before.
void write_safetensors(const std::filesystem::path& file, const NamedTensors& tensors);

}  // namespace domino
