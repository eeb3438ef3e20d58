#include "domino/backends/onednn/memory_pool.h"

#include <bit>
#include <map>
#include <mutex>
#include <new>
#include <utility>

namespace domino::onednn {
namespace {

constexpr std::align_val_t kAlignment{64};
/// Below, the system's own allocator is as fast.
constexpr std::size_t kFewestBytes = std::size_t{1} << 16;

/// Blocks that nobody holds, by size.
class Pool {
 public:
  std::byte* take(std::size_t size) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = blocks_.find(size); found != blocks_.end()) {
        bytes_ -= size;
        std::byte* block = found->second;
        blocks_.erase(found);
        return block;
      }
    }
    return static_cast<std::byte*>(::operator new(size, kAlignment));
  }

  void give_back(std::byte* block, std::size_t size) noexcept {
    if (!keep(block, size)) ::operator delete(block, kAlignment);
  }

  std::size_t bytes() {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  bool keep(std::byte* block, std::size_t size) noexcept try {
    const std::lock_guard lock(mutex_);
    if (bytes_ + size > kMostPooled) drop_others(size);
    if (bytes_ + size > kMostPooled) return false;
    blocks_.emplace(size, block);
    bytes_ += size;
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }

  /// Sizes change with the batches; blocks that nobody asked for lately make room.
  void drop_others(std::size_t size) {
    for (auto it = blocks_.begin(); it != blocks_.end() && bytes_ + size > kMostPooled;) {
      if (it->first == size) {
        ++it;
        continue;
      }
      ::operator delete(it->second, kAlignment);
      bytes_ -= it->first;
      it = blocks_.erase(it);
    }
  }

  std::mutex mutex_;
  std::multimap<std::size_t, std::byte*> blocks_;
  std::size_t bytes_ = 0;
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
