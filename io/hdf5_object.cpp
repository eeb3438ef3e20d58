#include "domino/io/hdf5_object_internal.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "domino/core/check.h"

namespace domino {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n"sv;
constexpr std::string_view kNewObject = "OHDR";
constexpr std::uint64_t kSuperblockBytes = 96;
constexpr std::uint64_t kPrefixBytes = 16;

/// A message that lies elsewhere in the file, which h5py makes for committed datatypes alone.
constexpr std::uint8_t kShared = 1U << 1U;

/// A stretch of an object header; the first is followed by those that continue it.
struct Block {
  std::uint64_t begin;
  std::uint64_t bytes;
};

/// Reads the messages of one block, and adds the blocks that continue it to `blocks`.
void read_block(ByteCursor cursor, std::size_t most_messages, std::vector<Hdf5Message>& messages,
                std::vector<Block>& blocks) {
  constexpr std::uint64_t kMessagePrefix = 8;
  while (cursor.left() >= kMessagePrefix && messages.size() < most_messages) {
    const auto type = static_cast<Hdf5MessageType>(cursor.number<std::uint16_t>());
    const auto bytes = cursor.number<std::uint16_t>();
    const auto flags = cursor.number<std::uint8_t>();
    cursor.skip(3);
    const ByteSource body = cursor.region(bytes);
    check<IoError>((flags & kShared) == 0,
                   "it shares a part of its header with others (a committed datatype?), which "
                   "Domino does not read");
    messages.push_back({type, body});
    if (type == Hdf5MessageType::Continuation) {
      blocks.push_back({body.number<std::uint64_t>(0), body.number<std::uint64_t>(8)});
    }
  }
}

}  // namespace

std::uint64_t read_hdf5_superblock(const ByteSource& file) {
  check<IoError>(file.size() > kSignature.size() && file.text(0, kSignature.size()) == kSignature,
                 "this is no HDF5 file");
  const auto version = file.number<std::uint8_t>(8);
  check<IoError>(version == 0,
                 "its superblock has version {}; Domino reads version 0, which Keras writes",
                 version);
  check<IoError>(file.size() >= kSuperblockBytes, "the file is cut off: it has {} bytes",
                 file.size());
  const ByteSource block = file.block(0, kSuperblockBytes);
  const auto address_bytes = block.number<std::uint8_t>(13);
  const auto length_bytes = block.number<std::uint8_t>(14);
  check<IoError>(address_bytes == 8 && length_bytes == 8,
                 "its addresses have {} bytes and its lengths {}; Domino reads 8 and 8",
                 address_bytes, length_bytes);
  check<IoError>(block.number<std::uint64_t>(24) == 0, "it begins with a user block");
  const auto end = block.number<std::uint64_t>(40);
  check<IoError>(end <= file.size(), "the file is cut off: it has {} bytes of {}", file.size(),
                 end);
  return block.number<std::uint64_t>(64);
}

std::vector<Hdf5Message> read_hdf5_object(const ByteSource& file, std::uint64_t address) {
  check<IoError>(file.text(address, kNewObject.size()) != kNewObject,
                 "its object header has version 2 (track_order=True or libver='latest'?); Domino "
                 "reads version 1, which Keras writes");
  ByteCursor prefix(file.block(address, kPrefixBytes));
  const auto version = prefix.number<std::uint8_t>();
  check<IoError>(version == 1, "there is no object header at byte {}", address);
  prefix.skip(1);
  const auto most_messages = prefix.number<std::uint16_t>();
  prefix.skip(4);  // how many links lead here
  std::vector<Block> blocks{{address + kPrefixBytes, prefix.number<std::uint32_t>()}};
  std::vector<Hdf5Message> messages;
  std::uint64_t left = file.size();  // blocks share no bytes, so together they are no longer
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto [begin, bytes] = blocks[i];
    check<IoError>(bytes <= left, "its object header is longer than the file");
    left -= bytes;
    read_block(ByteCursor(file.block(begin, bytes)), most_messages, messages, blocks);
  }
  return messages;
}

const Hdf5Message* find_message(const std::vector<Hdf5Message>& object, Hdf5MessageType type) {
  const auto it = std::ranges::find(object, type, &Hdf5Message::type);
  return it == object.end() ? nullptr : &*it;
}

}  // namespace domino
