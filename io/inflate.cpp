#include <zlib.h>

#include <algorithm>
#include <new>
#include <span>

#include "domino/core/check.h"
#include "domino/io/inflate_internal.h"

namespace domino {
namespace {

constexpr std::uint64_t kChunkBytes = 1U << 20U;

/// zlib's counters have 32 bits.
uInt at_most_a_chunk(std::uint64_t bytes) {
  return static_cast<uInt>(std::min(bytes, kChunkBytes));
}

Bytef* as_zlib(std::byte* bytes) { return reinterpret_cast<Bytef*>(bytes); }

/// zlib's state, given back when it ends.
class Inflater {
 public:
  Inflater() {
    constexpr int kRawWindow = -MAX_WBITS;
    check<IoError>(inflateInit2(&stream_, kRawWindow) == Z_OK, "there is no memory to unpack it");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
};

std::vector<std::byte> allocate(std::uint64_t bytes) {
  try {
    return std::vector<std::byte>(bytes);
  } catch (const std::bad_alloc&) {
    fail<IoError>("there is no memory for its {} bytes", bytes);
  }
}

}  // namespace

std::vector<std::byte> inflate_raw(const ByteSource& packed, std::uint64_t bytes) {
  std::vector<std::byte> unpacked = allocate(bytes);
  std::vector<std::byte> chunk(at_most_a_chunk(packed.size()));
  Inflater inflater;
  z_stream& stream = inflater.stream();
  std::byte spare{};  // where a byte too many would go
  std::uint64_t taken = 0;
  std::uint64_t made = 0;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    if (stream.avail_in == 0) {
      const std::span some(chunk.data(), at_most_a_chunk(packed.size() - taken));
      packed.read(taken, some);
      taken += some.size();
      stream.next_in = as_zlib(some.data());
      stream.avail_in = static_cast<uInt>(some.size());
    }
    const uInt room = made < bytes ? at_most_a_chunk(bytes - made) : 1;
    stream.next_out = as_zlib(made < bytes ? unpacked.data() + made : &spare);
    stream.avail_out = room;
    status = inflate(&stream, Z_NO_FLUSH);
    made += room - stream.avail_out;
    check<IoError>(made <= bytes, "it unpacks to more than {} bytes", bytes);
    check<IoError>(status == Z_OK || status == Z_STREAM_END, "its deflated bytes are damaged");
  }
  check<IoError>(made == bytes, "it unpacks to {} bytes instead of {}", made, bytes);
  check<IoError>(taken == packed.size() && stream.avail_in == 0,
                 "there are bytes behind the deflated ones");
  return unpacked;
}

std::uint32_t crc32_of(const ByteSource& source) {
  std::vector<std::byte> chunk(at_most_a_chunk(source.size()));
  uLong crc = crc32(0, nullptr, 0);
  for (std::uint64_t at = 0; at < source.size(); at += chunk.size()) {
    const std::span some(chunk.data(), at_most_a_chunk(source.size() - at));
    source.read(at, some);
    crc = crc32(crc, as_zlib(some.data()), static_cast<uInt>(some.size()));
  }
  return static_cast<std::uint32_t>(crc);
}

}  // namespace domino
