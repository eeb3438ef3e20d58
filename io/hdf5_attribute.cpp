#include "domino/io/hdf5_attribute_internal.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <type_traits>
#include <utility>

#include "domino/core/check.h"
#include "domino/core/visit_dtype.h"
#include "domino/io/hdf5_type_internal.h"
#include "domino/io/shown_name_internal.h"
#include "domino/io/tensor_bytes_internal.h"

namespace domino {
namespace {

std::uint64_t padded(std::uint64_t bytes) { return (bytes + 7) / 8 * 8; }

std::string up_to_zero(std::string text) {
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

/// The parts of an attribute message.
struct Attribute {
  std::string name;
  ByteSource type;
  ByteSource space;
  ByteSource data;
};

Attribute split(const ByteSource& message) {
  ByteCursor cursor(message);
  const auto version = cursor.number<std::uint8_t>();
  check<IoError>(version >= 1 && version <= 3, "an attribute has version {}", version);
  const auto flags = cursor.number<std::uint8_t>();
  check<IoError>(version == 1 || flags == 0,
                 "an attribute is of a committed datatype, which Domino does not read");
  const auto name_bytes = cursor.number<std::uint16_t>();
  const auto type_bytes = cursor.number<std::uint16_t>();
  const auto space_bytes = cursor.number<std::uint16_t>();
  if (version == 3) cursor.skip(1);  // the character set of its name
  const auto take = [&](std::uint64_t bytes) {
    ByteSource part = cursor.region(bytes);
    if (version == 1) cursor.skip(padded(bytes) - bytes);
    return part;
  };
  std::string name = up_to_zero(take(name_bytes).text(0, name_bytes));
  const ByteSource type = take(type_bytes);
  const ByteSource space = take(space_bytes);
  return {std::move(name), type, space, cursor.region(cursor.left())};
}

Config fixed_string(const ByteSource& bytes, bool padded_with_spaces) {
  std::string text = up_to_zero(bytes.text(0, bytes.size()));
  while (padded_with_spaces && text.ends_with(' ')) text.pop_back();
  return text;
}

Config number(const ByteSource& bytes, DType dtype) {
  return visit_number(dtype, [&](auto tag) -> Config {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, bool>) {
      return bytes.number<std::uint8_t>(0) != 0;
    } else if constexpr (std::is_integral_v<T>) {
      const T value = bytes.number<T>(0);
      check<IoError>(std::in_range<std::int64_t>(value), "it is {}, beyond 63 bits", value);
      return value;
    } else if constexpr (std::is_same_v<T, float>) {
      return static_cast<double>(std::bit_cast<float>(bytes.number<std::uint32_t>(0)));
    } else if constexpr (std::is_same_v<T, double>) {
      return std::bit_cast<double>(bytes.number<std::uint64_t>(0));
    } else {
      return static_cast<double>(to_float(T{bytes.number<std::uint16_t>(0)}));
    }
  });
}

Config element(const ByteSource& bytes, const Hdf5Type& type, Hdf5StringHeap& strings) {
  switch (type.kind) {
    case Hdf5Type::Kind::Number:
      return number(bytes, type.dtype);
    case Hdf5Type::Kind::FixedString:
      return fixed_string(bytes, type.padded_with_spaces);
    case Hdf5Type::Kind::HeapString:
      return strings.string(bytes);
    default:
      fail<IoError>("it holds {}, which Domino does not read", type.description);
  }
}

Config value_of(const Attribute& attribute, Hdf5StringHeap& strings) {
  const Hdf5Type type = read_hdf5_type(attribute.type);
  const std::optional<Shape> shape = read_hdf5_space(attribute.space);
  check<IoError>(shape.has_value(), "it holds nothing at all");
  ByteCursor data(attribute.data);
  if (shape->rank() == 0) return element(data.region(type.bytes), type, strings);
  Config::Array values;
  std::uint64_t characters = 0;
  // The sizes may lie: each element takes bytes from `data`, which ends early.
  const std::optional<std::uint64_t> count = tensor_bytes(*shape, DType::UInt8);
  check<IoError>(count.has_value(), "its shape {} is beyond 63 bits", *shape);
  for (std::uint64_t i = 0; i < *count; ++i) {
    values.push_back(element(data.region(type.bytes), type, strings));
    if (values.back().is_string()) characters += values.back().as_string().size();
    check<IoError>(characters <= strings.file_bytes(),
                   "its strings together are longer than the file");
  }
  return values;
}

}  // namespace

std::string Hdf5StringHeap::string(const ByteSource& reference) {
  const auto bytes = reference.number<std::uint32_t>(0);
  const auto address = reference.number<std::uint64_t>(4);
  const auto index = reference.number<std::uint32_t>(12);
  if (bytes == 0) return {};
  const Collection& all = collection(address);
  const auto it = all.find(index);
  check<IoError>(it != all.end(), "its string {} is not in the heap at byte {}", index, address);
  return up_to_zero(it->second.text(0, bytes));
}

const Hdf5StringHeap::Collection& Hdf5StringHeap::collection(std::uint64_t address) {
  constexpr std::uint64_t kPrefix = 16;
  const auto known = collections_.find(address);
  if (known != collections_.end()) return known->second;
  ByteCursor prefix(file_.block(address, kPrefix));
  check<IoError>(prefix.text(4) == "GCOL" && prefix.number<std::uint8_t>() == 1,
                 "there is no heap of strings at byte {}", address);
  prefix.skip(3);
  const auto bytes = prefix.number<std::uint64_t>();
  check<IoError>(bytes >= kPrefix && bytes <= left_,
                 "the heap of strings at byte {} cannot have {} bytes", address, bytes);
  left_ -= bytes;
  ByteCursor objects(file_.block(address, bytes));
  objects.skip(kPrefix);
  Collection collection;
  while (objects.left() >= kPrefix) {
    const auto index = objects.number<std::uint16_t>();
    objects.skip(6);  // how often it is used
    const auto size = objects.number<std::uint64_t>();
    if (index == 0) break;  // the free space behind the last object
    check<IoError>(size <= objects.left(), "a string is longer than its heap");
    collection.emplace(index, objects.region(size));
    objects.skip(std::min(padded(size) - size, objects.left()));
  }
  return collections_.emplace(address, std::move(collection)).first->second;
}

Config read_hdf5_attribute(const std::vector<Hdf5Message>& object, std::string_view name,
                           Hdf5StringHeap& strings) {
  for (const Hdf5Message& message : object) {
    if (message.type != Hdf5MessageType::Attribute) continue;
    const Attribute attribute = split(message.bytes);
    if (attribute.name != name) continue;
    try {
      return value_of(attribute, strings);
    } catch (IoError& error) {
      error.add_context("attribute " + shown_name(name));
      throw;
    }
  }
  check<IoError>(find_message(object, Hdf5MessageType::AttributeInfo) == nullptr,
                 "its attributes lie outside its header, which Domino does not read");
  return {};
}

std::vector<std::string> hdf5_attribute_names(const std::vector<Hdf5Message>& object) {
  std::vector<std::string> names;
  for (const Hdf5Message& message : object) {
    if (message.type == Hdf5MessageType::Attribute) names.push_back(split(message.bytes).name);
  }
  return names;
}

}  // namespace domino
