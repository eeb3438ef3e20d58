#include "domino/backends/plans/kept.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "domino/core/check.h"

namespace domino::plans {
namespace {

/// A mask may live longer than the maps that it meets, such as one that a caller gives again and again.
class LastFew {
 public:
  std::shared_ptr<void> find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(entries_, key, &Entry::first);
    if (found == entries_.end()) return nullptr;
    std::rotate(found, found + 1, entries_.end());
    return entries_.back().second;
  }

  void add(const std::string& key, std::shared_ptr<void> made) {
    constexpr std::size_t kFew = 32;
    const std::lock_guard lock(mutex_);
    if (entries_.size() == kFew) entries_.erase(entries_.begin());
    entries_.emplace_back(key, std::move(made));
  }

 private:
  using Entry = std::pair<std::string, std::shared_ptr<void>>;
  std::mutex mutex_;
  std::vector<Entry> entries_;  ///< the last used one stands last
};

std::string identity(const Storage& memory) { return fmt::format("memory {}", memory.id()); }

}  // namespace

std::string identity(const RowMap& map) {
  return fmt::format("{} to {} rows, unseen {}", identity(*map.indices().storage()), map.rows(),
                     map.unseen());
}

std::string identity(const Tensor& x) {
  if (!x.defined()) return "none";
  if (!x.is_packed()) return fmt::format("{} as {}", identity(*x.storage()), x.shape());
  return fmt::format("{} as {} by {}", identity(*x.rows().storage()), x.shape(),
                     identity(*x.row_map()));
}

Storage* beside(const SharedRowMap& map) {
  return map != nullptr ? map->indices().storage().get() : nullptr;
}

Storage* beside(const Tensor& x) {
  if (!x.defined()) return nullptr;
  return x.is_packed() ? beside(x.row_map()) : x.storage().get();
}

// Made without a lock: it may keep other things. Two threads may make it, and each goes on with its own.
std::shared_ptr<void> detail::kept(Storage& memory, const std::string& key,
                                   const std::function<std::shared_ptr<void>()>& make) {
  const auto entries = std::static_pointer_cast<LastFew>(
      memory.attachment("last few plans", [] { return std::make_shared<LastFew>(); }));
  if (auto found = entries->find(key)) return found;
  auto made = make();
  entries->add(key, made);
  return made;
}

}  // namespace domino::plans
