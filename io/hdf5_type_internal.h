#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domino/core/dtype.h"
#include "domino/core/shape.h"
#include "domino/io/byte_source_internal.h"

namespace domino {

/// The element type of an HDF5 dataset or attribute: a number, a string, or a name to refuse it by.
struct Hdf5Type {
  enum class Kind : std::uint8_t { Number, Opaque, FixedString, HeapString, Other };

  Kind kind = Kind::Other;
  std::uint64_t bytes = 0;          ///< of one element
  DType dtype = DType::Float32;     ///< of a Number
  bool padded_with_spaces = false;  ///< a FixedString
  std::string description;          ///< of Other: "big-endian numbers"
};

/// Reads a datatype message. What Domino does not read is of kind
/// Other. Throws IoError if the message is malformed.
Hdf5Type read_hdf5_type(const ByteSource& message);

/// Reads a dataspace message: the sizes; nothing for a null dataspace. Throws IoError if the sizes
/// are absurd.
std::optional<Shape> read_hdf5_space(const ByteSource& message);

}  // namespace domino
