#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "domino/backends/onednn/grain.h"
#include "domino/core/threads.h"

namespace domino::onednn {

/// Copies the slices of `entry` bytes that `places` names out of `size` ones, for each of `outer`
/// blocks. False if a place is outside.
template <class Index>
bool copy_slices(const std::byte* from, std::int64_t outer, std::int64_t size, std::int64_t entry,
                 std::span<const Index> places, std::byte* to) {
  const auto inside = [&](Index place) { return place >= 0 && place < size; };
  if (!std::ranges::all_of(places, inside)) return false;
  const auto count = static_cast<std::int64_t>(places.size());
  parallel_for(outer * count, 4 * kElementGrain / std::max<std::int64_t>(entry, 1) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   const auto place = places[static_cast<std::size_t>(i % count)];
                   std::memcpy(to + i * entry, from + (i / count * size + place) * entry,
                               static_cast<std::size_t>(entry));
                 }
               });
  return true;
}

}  // namespace domino::onednn
