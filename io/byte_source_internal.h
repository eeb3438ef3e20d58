#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace domino {

/// Bytes of known size that can be read from any place: a file, a region of one, a member of an
/// archive, or memory.
///
/// A handle; copies share the open file. Files are read, never mapped: one that shrinks meanwhile
/// gives an IoError. Every read beyond the end throws IoError before anything is allocated. Safe for
/// many threads.
class ByteSource {
 public:
  /// What a source reads from; asked only for bytes that it has. Safe for many threads.
  struct Bytes {
    virtual ~Bytes() = default;
    virtual void read(std::uint64_t begin, std::span<std::byte> to) const = 0;
  };

  ByteSource(std::shared_ptr<const Bytes> bytes, std::uint64_t size, std::string name);
  /// The whole of a file. Throws IoError, naming it, if it is not there, no file, or unreadable.
  static ByteSource file(const std::filesystem::path& path);
  /// Bytes in memory; `name` stands for them in messages.
  static ByteSource memory(std::string name, std::vector<std::byte> bytes);

  std::uint64_t size() const { return size_; }
  /// What messages call it: `'model.keras'`.
  const std::string& name() const { return name_; }

  /// Throws IoError unless `bytes` bytes lie behind `begin`.
  void check_within(std::uint64_t begin, std::uint64_t bytes) const;
  /// Fills `to` with the bytes from `begin` on.
  void read(std::uint64_t begin, std::span<std::byte> to) const;
  /// A little-endian number.
  template <class T>
  requires std::integral<T> T number(std::uint64_t begin)
  const {
    static_assert(std::endian::native == std::endian::little);
    T value;
    read(begin, std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  std::string text(std::uint64_t begin, std::uint64_t bytes) const;
  /// `bytes` bytes from `begin` on, seen as a source of their own.
  ByteSource region(std::uint64_t begin, std::uint64_t bytes) const;
  /// The same, read into memory now: for small pieces that are read number by number.
  ByteSource block(std::uint64_t begin, std::uint64_t bytes) const;
  /// The same bytes under another name.
  ByteSource named(std::string name) const;

 private:
  class File;
  class Memory;

  std::shared_ptr<const Bytes> bytes_;
  std::uint64_t begin_ = 0;
  std::uint64_t size_;
  std::string name_;
};

/// Reads a `ByteSource` from its beginning on, number by number.
class ByteCursor {
 public:
  explicit ByteCursor(ByteSource source) : source_(std::move(source)) {}

  template <class T>
  T number() {
    const T value = source_.number<T>(position_);
    position_ += sizeof(T);
    return value;
  }
  std::string text(std::uint64_t bytes) {
    std::string text = source_.text(position_, bytes);
    position_ += bytes;
    return text;
  }
  /// A view of the next `bytes` bytes, which are passed over.
  ByteSource region(std::uint64_t bytes) {
    ByteSource region = source_.region(position_, bytes);
    position_ += bytes;
    return region;
  }
  /// Passes over `bytes` bytes. Throws IoError if there are fewer.
  void skip(std::uint64_t bytes) {
    source_.check_within(position_, bytes);
    position_ += bytes;
  }

  std::uint64_t position() const { return position_; }
  std::uint64_t left() const { return source_.size() - position_; }

 private:
  ByteSource source_;
  std::uint64_t position_ = 0;
};

}  // namespace domino
