#pragma once

#include <cstdint>
#include <vector>

#include "domino/io/byte_source_internal.h"

namespace domino {

/// An address in an HDF5 file that stands for none.
inline constexpr std::uint64_t kNoHdf5Address = UINT64_MAX;

/// What a message in the header of an HDF5 object is about; the numbers of the format.
enum class Hdf5MessageType : std::uint16_t {
  Dataspace = 0x01,
  LinkInfo = 0x02,
  Datatype = 0x03,
  Link = 0x06,
  ExternalFiles = 0x07,
  Layout = 0x08,
  Filters = 0x0B,
  Attribute = 0x0C,
  Continuation = 0x10,
  SymbolTable = 0x11,
  AttributeInfo = 0x15,
};

/// One message of an object's header.
struct Hdf5Message {
  Hdf5MessageType type;
  ByteSource bytes;
};

/// Reads the superblock and returns the address of the root group's header. Throws IoError if this is
/// no HDF5 file of the version that h5py writes (superblock 0), or shorter than it says.
std::uint64_t read_hdf5_superblock(const ByteSource& file);

/// The header of a group or dataset (version 1, with its continuations). Throws IoError.
std::vector<Hdf5Message> read_hdf5_object(const ByteSource& file, std::uint64_t address);

/// The message of this type, or null.
const Hdf5Message* find_message(const std::vector<Hdf5Message>& object, Hdf5MessageType type);

}  // namespace domino
