#include "domino/io/hdf5_data_internal.h"

#include <optional>

#include "domino/core/check.h"
#include "domino/io/hdf5_type_internal.h"
#include "domino/io/tensor_bytes_internal.h"

namespace domino {
namespace {

using Object = std::vector<Hdf5Message>;

const ByteSource& message_of(const Object& object, Hdf5MessageType type) {
  const Hdf5Message* message = find_message(object, type);
  check<IoError>(message != nullptr, "it is no dataset");
  return message->bytes;
}

/// The element type. NumPy has no bfloat16, so Keras writes two opaque bytes and an attribute.
DType dtype_of(const Object& object, Hdf5StringHeap& strings) {
  const Hdf5Type type = read_hdf5_type(message_of(object, Hdf5MessageType::Datatype));
  switch (type.kind) {
    case Hdf5Type::Kind::Number:
      return type.dtype;
    case Hdf5Type::Kind::Opaque:
      if (type.bytes == 2 && read_hdf5_attribute(object, "dtype", strings) == Config("bfloat16")) {
        return DType::BFloat16;
      }
      break;
    case Hdf5Type::Kind::FixedString:
    case Hdf5Type::Kind::HeapString:
      fail<IoError>("it holds strings, which Domino does not read");
    case Hdf5Type::Kind::Other:
      break;
  }
  fail<IoError>("it holds {}, which Domino does not read", type.description);
}

/// The bytes of the dataset, wherever they lie; `needed` is their count.
ByteSource data_of(const ByteSource& file, const ByteSource& layout, std::uint64_t needed) {
  enum : std::uint8_t { Compact, Contiguous, Chunked, Virtual };
  ByteCursor cursor(layout);
  const auto version = cursor.number<std::uint8_t>();
  const auto kind = cursor.number<std::uint8_t>();
  check<IoError>(version < 3 || kind != Virtual,
                 "it is a virtual dataset, made of other files, which Domino does not read");
  check<IoError>(version < 3 || kind != Chunked,
                 "it is stored in chunks (compressed or resizable), which Domino does not read");
  check<IoError>(version == 3, "its layout has version {}; Domino reads version 3", version);
  if (kind == Compact) {
    const auto bytes = cursor.number<std::uint16_t>();
    check<IoError>(bytes == needed, "it should have {} bytes, but {} are there", needed, bytes);
    return cursor.region(bytes);
  }
  check<IoError>(kind == Contiguous, "its layout is of no known kind");
  const auto address = cursor.number<std::uint64_t>();
  const auto bytes = cursor.number<std::uint64_t>();
  check<IoError>(bytes == needed, "it should have {} bytes, but {} are there", needed, bytes);
  if (needed == 0) return file.region(0, 0);
  check<IoError>(address != kNoHdf5Address, "its numbers were never written");
  return file.region(address, bytes);
}

}  // namespace

Hdf5Dataset read_hdf5_dataset(const ByteSource& file, const Object& object,
                              Hdf5StringHeap& strings) {
  const ByteSource& layout = message_of(object, Hdf5MessageType::Layout);
  check<IoError>(find_message(object, Hdf5MessageType::ExternalFiles) == nullptr,
                 "its numbers lie in another file, which Domino does not read");
  const DType dtype = dtype_of(object, strings);
  const std::optional<Shape> shape =
      read_hdf5_space(message_of(object, Hdf5MessageType::Dataspace));
  check<IoError>(shape.has_value(), "it holds nothing at all");
  const std::optional<std::uint64_t> bytes = tensor_bytes(*shape, dtype);
  check<IoError>(bytes.has_value(), "shape {} of {} takes more bytes than 64 bits can count",
                 *shape, dtype);
  return {.dtype = dtype, .shape = *shape, .bytes = *bytes, .data = data_of(file, layout, *bytes)};
}

}  // namespace domino
