#include "domino/backends/onednn/memory_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <list>
#include <map>
#include <mutex>
#include <new>
#include <utility>

namespace domino::onednn {
namespace {

constexpr std::size_t kLine = 64;
/// Blocks of such pages are made with fewer page faults, and read with fewer walks through page tables.
constexpr std::size_t kLargePage = std::size_t{1} << 21;
/// Blocks lent until what was once held is forgotten: a hundred predicts or so.
constexpr std::uint64_t kCalls = 1 << 13;
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

/// Blocks that nobody holds.
class Pool {
 public:
  std::byte* take(std::size_t size) {
    {
      const std::lock_guard lock(mutex_);
      // Of several the one given back last: parts of it may still be in a cache.
      const auto next = by_size_.upper_bound(size);
      if (next != by_size_.begin() && std::prev(next)->first == size) {
        lend(size);
        return remove(std::prev(next));
      }
      make_room(size);
    }
    std::byte* const block = make(size);
    const std::lock_guard lock(mutex_);
    lend(size);
    return block;
  }

  void give_back(std::byte* block, std::size_t size) noexcept try {
    const std::lock_guard lock(mutex_);
    lent_ -= size;
    make_room(size);
    Blocks kept{{block, size}};
    by_size_.emplace(size, kept.begin());
    blocks_.splice(blocks_.end(), kept);
    bytes_ += size;
  } catch (const std::bad_alloc&) {
    drop_block(block, size);
  }

  std::size_t bytes() {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Block {
    std::byte* bytes;
    std::size_t size;
  };
  using Blocks = std::list<Block>;
  using BySize = std::multimap<std::size_t, Blocks::iterator>;

  void lend(std::size_t size) {
    lent_ += size;
    if (++calls_ % kCalls == 0) most_before_ = std::exchange(most_lent_, lent_);
    most_lent_ = std::max(most_lent_, lent_);
  }

  /// Sizes change with the batches; blocks that nobody asked for lately make room.
  void make_room(std::size_t size) {
    const std::size_t most = std::max(kMostPooled, 2 * std::max(most_lent_, most_before_));
    while (!blocks_.empty() && lent_ + bytes_ + size > most) drop_oldest();
  }

  void drop_oldest() {
    const std::size_t size = blocks_.front().size;
    drop_block(remove(by_size_.lower_bound(size)), size);  // the first of its size
  }

  std::byte* make(std::size_t size) {
    try {
      return make_block(size);
    } catch (const std::bad_alloc&) {
      const std::lock_guard lock(mutex_);
      while (!blocks_.empty()) drop_oldest();
    }
    return make_block(size);
  }

  std::byte* remove(BySize::iterator at) {
    std::byte* const block = at->second->bytes;
    bytes_ -= at->first;
    blocks_.erase(at->second);
    by_size_.erase(at);
    return block;
  }

  std::mutex mutex_;
  Blocks blocks_;  // the one given back longest ago first
  BySize by_size_;
  std::size_t bytes_ = 0;
  std::size_t lent_ = 0;
  std::size_t most_lent_ = 0;  // at once, since kCalls began anew
  std::size_t most_before_ = 0;
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
