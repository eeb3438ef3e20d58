#include "domino/backends/onednn/memory_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#include <utility>

namespace domino::onednn {
namespace {

constexpr std::size_t kLine = 64;
/// Blocks of such pages are made with fewer page faults, and read with fewer walks through page tables.
constexpr std::size_t kLargePage = std::size_t{1} << 21;
/// Below, the system's own allocator is as fast.
constexpr std::size_t kFewestBytes = std::size_t{1} << 16;

std::align_val_t alignment(std::size_t size) {
  return std::align_val_t{size < kLargePage ? kLine : kLargePage};
}

std::byte* make_block(std::size_t size) {
  void* const block = ::operator new(size, alignment(size));
  // Only advice: where the system has no large pages the block is as good.
  if (size >= kLargePage) madvise(block, size, MADV_HUGEPAGE);
  return static_cast<std::byte*>(block);
}

void drop_block(std::byte* block, std::size_t size) noexcept {
  ::operator delete(block, alignment(size));
}

/// Blocks that nobody holds, by size.
class Pool {
 public:
  std::byte* take(std::size_t size) {
    {
      const std::lock_guard lock(mutex_);
      lent_ += size;
      most_lent_ = std::max(most_lent_, lent_);
      // Of several the one given back last: parts of it may still be in a cache.
      if (const auto next = blocks_.upper_bound(size);
          next != blocks_.begin() && std::prev(next)->first == size) {
        return remove(std::prev(next));
      }
    }
    try {
      return make_block(size);
    } catch (const std::bad_alloc&) {
      const std::lock_guard lock(mutex_);
      lent_ -= size;
      throw;
    }
  }

  void give_back(std::byte* block, std::size_t size) noexcept {
    if (!keep(block, size)) drop_block(block, size);
  }

  std::size_t bytes() {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Block {
    std::byte* bytes;
    std::uint64_t given_back;  // by the order of calls
  };
  using Blocks = std::multimap<std::size_t, Block>;

  bool keep(std::byte* block, std::size_t size) noexcept try {
    const std::lock_guard lock(mutex_);
    lent_ -= size;
    const std::size_t most = std::max(kMostPooled, 2 * most_lent_);
    // Sizes change with the batches; blocks that nobody asked for lately make room.
    while (bytes_ + size > most && !blocks_.empty()) {
      const auto oldest = std::ranges::min_element(
          blocks_, {}, [](const auto& entry) { return entry.second.given_back; });
      const std::size_t freed = oldest->first;
      drop_block(remove(oldest), freed);
    }
    if (bytes_ + size > most) return false;
    blocks_.emplace(size, Block{block, ++calls_});
    bytes_ += size;
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }

  std::byte* remove(Blocks::iterator at) {
    std::byte* const block = at->second.bytes;
    bytes_ -= at->first;
    blocks_.erase(at);
    return block;
  }

  std::mutex mutex_;
  Blocks blocks_;
  std::size_t bytes_ = 0;
  std::size_t lent_ = 0;
  std::size_t most_lent_ = 0;
  std::uint64_t calls_ = 0;
};

// Never destroyed: tensors may outlive every static.
Pool& pool() {
  static Pool& instance = *new Pool;
  return instance;
}

/// Four sizes between neighbouring powers of two, so that sizes that change a little meet again.
std::size_t rounded(std::size_t size) {
  const std::size_t step = std::bit_floor(size) / 4;
  return (size + step - 1) / step * step;
}

class PooledBytes final : public Storage {
 public:
  explicit PooledBytes(std::size_t size) : size_(rounded(size)), bytes_(pool().take(size_)) {}
  ~PooledBytes() override { pool().give_back(bytes_, size_); }
  PooledBytes(const PooledBytes&) = delete;
  PooledBytes& operator=(const PooledBytes&) = delete;
  Device device() const override { return Device::Host; }
  std::byte* bytes() override { return bytes_; }

 private:
  const std::size_t size_;
  std::byte* const bytes_;
};

}  // namespace

Tensor pooled_tensor(Shape shape, DType dtype) {
  const auto elements = static_cast<std::size_t>(shape.elements());
  std::size_t size = 0;
  if (dtype == DType::String || __builtin_mul_overflow(elements, size_of(dtype), &size) ||
      size < kFewestBytes) {
    return Tensor::empty(std::move(shape), dtype);
  }
  return Tensor::on(std::make_shared<PooledBytes>(size), std::move(shape), dtype);
}

std::size_t pooled_bytes() { return pool().bytes(); }

}  // namespace domino::onednn
