#include "domino/backends/onednn/primitive_cache.h"

#include <list>
#include <mutex>
#include <utility>

#include "domino/core/check.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

using Made = std::shared_ptr<const Primitive>;

struct KeyHash {
  std::size_t operator()(const PrimitiveKey& key) const {
    std::uint64_t hash = key.size();
    for (const std::int64_t part : key) {
      hash = (hash ^ static_cast<std::uint64_t>(part)) * 0x9E3779B97F4A7C15U;
      hash ^= hash >> 32;
    }
    return hash;
  }
};

/// Keeps the primitives used last.
class Cache {
 public:
  Made find(const PrimitiveKey& key) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return found->second->second;
  }

  Made insert(const PrimitiveKey& key, Made made) {
    const std::lock_guard lock(mutex_);
    if (const auto found = places_.find(key); found != places_.end()) return found->second->second;
    order_.emplace_front(key, std::move(made));
    places_.emplace(key, order_.begin());
    if (order_.size() > kMostPrimitives) {
      places_.erase(order_.back().first);
      order_.pop_back();
    }
    return order_.front().second;
  }

  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return order_.size();
  }

 private:
  using Entry = std::pair<PrimitiveKey, Made>;

  std::mutex mutex_;
  std::list<Entry> order_;  // last used first
  std::unordered_map<PrimitiveKey, std::list<Entry>::iterator, KeyHash> places_;
};

// Never destroyed, nor is the engine: other threads may still compute while the process ends.
Cache& cache() {
  static Cache& instance = *new Cache;
  return instance;
}

/// Memory for scratchpads of the calling thread; grows to the largest one needed.
class Scratchpad {
 public:
  void* at_least(std::size_t size) {
    if (size > bytes_.size()) {
      bytes_ = {};  // first, so that old and new are never held together
      bytes_.resize(size + kAlignment);
    }
    const auto start = reinterpret_cast<std::uintptr_t>(bytes_.data());
    return reinterpret_cast<void*>((start + kAlignment - 1) / kAlignment * kAlignment);
  }

 private:
  static constexpr std::size_t kAlignment = 64;
  std::vector<std::byte> bytes_;
};

dnnl::stream& stream() {
  thread_local dnnl::stream instance(engine());
  return instance;
}

template <class F>
auto translating_errors(F f) {
  try {
    return f();
  } catch (const dnnl::error& error) {
    fail<DeviceError>("oneDNN refuses: {}", error.what());
  }
}

/// The layouts into which one tensor has been reordered.
class PackedWeights {
 public:
  dnnl::memory in(const dnnl::memory::desc& wanted, const dnnl::memory& plain) {
    const std::lock_guard lock(mutex_);
    for (const dnnl::memory& made : made_) {
      if (made.get_desc() == wanted) return made;
    }
    return made_.emplace_back(reordered(plain, wanted));
  }

 private:
  static dnnl::memory reordered(const dnnl::memory& plain, const dnnl::memory::desc& wanted) {
    dnnl::memory made(wanted, engine());
    const dnnl::reorder::primitive_desc reorder(engine(), plain.get_desc(), engine(), wanted,
                                                primitive_attributes());
    execute({.primitive = dnnl::reorder(reorder), .scratchpad = reorder.scratchpad_desc()},
            {{DNNL_ARG_FROM, plain}, {DNNL_ARG_TO, made}});
    return made;
  }

  std::mutex mutex_;
  std::vector<dnnl::memory> made_;
};

}  // namespace

const dnnl::engine& engine() {
  static const dnnl::engine& instance = *new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return instance;
}

Made cached_primitive(PrimitiveFamily family, PrimitiveKey key,
                      const std::function<Primitive()>& make) {
  const int threads = thread_count();
  key.push_back(threads);
  key.push_back(static_cast<std::int64_t>(family));
  if (Made found = cache().find(key)) return found;
  // Inside a parallel_for OpenMP's own setting is still that of the whole team.
  const ThreadScope scope(threads);
  return cache().insert(
      key, translating_errors([&] { return std::make_shared<const Primitive>(make()); }));
}

std::size_t cached_primitives() { return cache().size(); }

dnnl::primitive_attr primitive_attributes() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

void execute(const Primitive& primitive, std::unordered_map<int, dnnl::memory> arguments) {
  thread_local Scratchpad scratchpad;
  const ThreadScope scope(thread_count());
  translating_errors([&] {
    arguments.emplace(
        DNNL_ARG_SCRATCHPAD,
        memory_at(primitive.scratchpad, scratchpad.at_least(primitive.scratchpad.get_size())));
    primitive.primitive.execute(stream(), arguments);
    stream().wait();
  });
}

dnnl::memory memory_at(const dnnl::memory::desc& layout, const void* data) {
  return dnnl::memory(layout, engine(), const_cast<void*>(data));
}

dnnl::memory packed(const Tensor& weights, const dnnl::memory::desc& plain,
                    const dnnl::memory::desc& wanted) {
  dnnl::memory given = memory_at(plain, weights.storage()->bytes());
  if (wanted == plain) return given;
  const auto kept =
      weights.storage()->attachment(fmt::format("onednn {}", fmt::join(plain.get_dims(), " ")),
                                    [] { return std::make_shared<PackedWeights>(); });
  return translating_errors(
      [&] { return static_cast<PackedWeights*>(kept.get())->in(wanted, given); });
}

}  // namespace domino::onednn
