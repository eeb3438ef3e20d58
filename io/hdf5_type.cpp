#include "domino/io/hdf5_type_internal.h"

#include <array>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "domino/core/check.h"

namespace domino {
namespace {

/// The classes of the format.
enum Class : std::uint8_t {
  Fixed,
  Float,
  Time,
  String,
  Bitfield,
  Opaque,
  Compound,
  Reference,
  Enum,
  Heap,
  Array
};
constexpr std::array<std::string_view, 11> kClassNames{
    "whole numbers", "floats",    "times",      "strings",      "bit fields",
    "opaque bytes",  "compounds", "references", "enumerations", "lists of any length",
    "arrays"};

/// The start of a datatype message, which all classes share.
struct Start {
  std::uint8_t type_class;
  std::uint32_t bits;
  std::uint32_t bytes;
};
constexpr std::uint64_t kStartBytes = 8;

Start read_start(const ByteSource& message) {
  const auto first = message.number<std::uint32_t>(0);
  return {static_cast<std::uint8_t>(first & 0xFU), first >> 8U, message.number<std::uint32_t>(4)};
}

Hdf5Type other(std::string description) { return {.description = std::move(description)}; }

Hdf5Type number(DType dtype) {
  return {.kind = Hdf5Type::Kind::Number, .bytes = size_of(dtype), .dtype = dtype};
}

constexpr std::uint32_t kBigEndian = 1;

Hdf5Type read_fixed(const Start& start, const ByteSource& message) {
  constexpr std::uint32_t kSigned = 1U << 3U;
  const auto offset = message.number<std::uint16_t>(kStartBytes);
  const auto precision = message.number<std::uint16_t>(kStartBytes + 2);
  if (start.bytes > 8 || offset != 0 || precision != start.bytes * 8) {
    return other("whole numbers of unusual size");
  }
  if ((start.bits & kBigEndian) != 0 && start.bytes > 1) return other("big-endian numbers");
  const bool is_signed = (start.bits & kSigned) != 0;
  switch (start.bytes) {
    case 1:
      return number(is_signed ? DType::Int8 : DType::UInt8);
    case 2:
      return number(is_signed ? DType::Int16 : DType::UInt16);
    case 4:
      return number(is_signed ? DType::Int32 : DType::UInt32);
    case 8:
      return number(is_signed ? DType::Int64 : DType::UInt64);
    default:
      return other("whole numbers of unusual size");
  }
}

/// Where sign, exponent and mantissa of a float lie.
struct FloatLayout {
  std::uint32_t bytes;
  std::uint8_t exponent_begin, exponent_bits, mantissa_begin, mantissa_bits;
  std::uint32_t bias;
  friend bool operator==(const FloatLayout&, const FloatLayout&) = default;
};

Hdf5Type read_float(const Start& start, const ByteSource& message) {
  constexpr std::uint32_t kVax = 1U << 6U;
  ByteCursor properties(message);
  properties.skip(kStartBytes);
  const auto offset = properties.number<std::uint16_t>();
  const auto precision = properties.number<std::uint16_t>();
  FloatLayout layout{.bytes = start.bytes};
  for (std::uint8_t* field : {&layout.exponent_begin, &layout.exponent_bits, &layout.mantissa_begin,
                              &layout.mantissa_bits}) {
    *field = properties.number<std::uint8_t>();
  }
  layout.bias = properties.number<std::uint32_t>();
  if ((start.bits & (kBigEndian | kVax)) != 0) return other("big-endian numbers");
  const std::uint32_t sign_bit = start.bits >> 8U & 0xFFU;
  if (offset == 0 && precision == start.bytes * 8 && sign_bit == precision - 1U) {
    if (layout == FloatLayout{2, 10, 5, 0, 10, 15}) return number(DType::Float16);
    if (layout == FloatLayout{2, 7, 8, 0, 7, 127}) return number(DType::BFloat16);
    if (layout == FloatLayout{4, 23, 8, 0, 23, 127}) return number(DType::Float32);
    if (layout == FloatLayout{8, 52, 11, 0, 52, 1023}) return number(DType::Float64);
  }
  return other("floats of unusual form");
}

Hdf5Type read_string(const Start& start) {
  constexpr std::uint32_t kSpaces = 2;
  return {.kind = Hdf5Type::Kind::FixedString,
          .bytes = start.bytes,
          .padded_with_spaces = (start.bits & 0xFU) == kSpaces};
}

Hdf5Type read_heap_list(const Start& start) {
  constexpr std::uint32_t kOfCharacters = 1;
  constexpr std::uint64_t kHeapIdBytes = 16;
  if ((start.bits & 0xFU) != kOfCharacters) return other("lists of any length");
  check<IoError>(start.bytes == kHeapIdBytes, "its strings have references of {} bytes",
                 start.bytes);
  return {.kind = Hdf5Type::Kind::HeapString, .bytes = kHeapIdBytes};
}

/// h5py writes bools as an enumeration of FALSE and TRUE over int8.
Hdf5Type read_enum(const Start& start, const ByteSource& message) {
  constexpr std::uint64_t kBaseBytes = kStartBytes + 4;
  const std::string rest =
      message.text(kStartBytes + kBaseBytes, message.size() - kStartBytes - kBaseBytes);
  constexpr std::string_view kNames("FALSE\0\0\0TRUE\0\0\0\0\0\1", 18);
  const bool is_bool = read_start(message.region(kStartBytes, kStartBytes)).type_class == Fixed &&
                       start.bytes == 1 && (start.bits & 0xFFFFU) == 2 && rest.starts_with(kNames);
  return is_bool ? number(DType::Bool) : other("enumerations");
}

}  // namespace

Hdf5Type read_hdf5_type(const ByteSource& message) {
  const Start start = read_start(message);
  check<IoError>(start.bytes > 0, "its elements have no bytes");
  switch (start.type_class) {
    case Fixed:
      return read_fixed(start, message);
    case Float:
      return read_float(start, message);
    case String:
      return read_string(start);
    case Opaque:
      return {.kind = Hdf5Type::Kind::Opaque,
              .bytes = start.bytes,
              .description = fmt::format("opaque elements of {} bytes", start.bytes)};
    case Enum:
      return read_enum(start, message);
    case Heap:
      return read_heap_list(start);
    default:
      check<IoError>(start.type_class < kClassNames.size(), "its elements are of no known class");
      return other(std::string(kClassNames.at(start.type_class)));
  }
}

std::optional<Shape> read_hdf5_space(const ByteSource& message) {
  constexpr int kMostAxes = 32;  // as the format has it
  constexpr std::uint8_t kNull = 2;
  ByteCursor space(message);
  const auto version = space.number<std::uint8_t>();
  const auto rank = space.number<std::uint8_t>();
  space.skip(1);  // whether it may grow
  const auto kind = space.number<std::uint8_t>();
  check<IoError>(version == 1 || version == 2, "its dataspace has version {}", version);
  check<IoError>(rank <= kMostAxes, "its shape has {} axes", rank);
  if (version == 1) space.skip(4);
  if (version == 2 && kind == kNull) return std::nullopt;
  std::vector<std::int64_t> sizes;
  for (int axis = 0; axis < rank; ++axis) {
    const auto size = space.number<std::uint64_t>();
    check<IoError>(size <= std::numeric_limits<std::int64_t>::max(), "its axis {} has size {}",
                   axis, size);
    sizes.push_back(static_cast<std::int64_t>(size));
  }
  return Shape(std::move(sizes));
}

}  // namespace domino
