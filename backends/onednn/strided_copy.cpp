#include "domino/backends/onednn/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "domino/backends/onednn/grain.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

struct Axis {
  std::int64_t size;
  std::int64_t from;  // strides in elements
  std::int64_t to;
};

/// The axes, innermost first, with neighbours that can be walked as one made one.
std::vector<Axis> merged(const std::vector<CopyAxis>& axes) {
  std::vector<Axis> result;
  std::int64_t to = 1;
  for (std::size_t i = axes.size(); i-- > 0;) {
    const Axis axis{axes[i].size, axes[i].stride, to};
    to *= axis.size;
    if (axis.size == 1) continue;
    if (!result.empty() && axis.from == result.back().from * result.back().size) {
      result.back().size *= axis.size;
    } else {
      result.push_back(axis);
    }
  }
  if (result.empty()) result.push_back({1, 1, 1});
  return result;
}

/// Copies along the innermost axis.
template <class T>
void copy_run(const T* from, std::int64_t stride, std::int64_t count, T* to) {
  if (stride == 1) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(T));
  } else if (stride == 0) {
    std::fill_n(to, count, *from);
  } else {
    for (std::int64_t i = 0; i < count; ++i) to[i] = from[i * stride];
  }
}

/// A matrix turned on its side, in tiles: both sides stay in cache.
template <class T>
void copy_turned(const T* from, const Axis& inner, const Axis& outer, T* to) {
  constexpr std::int64_t kTile = 16;
  for (std::int64_t i = 0; i < inner.size; i += kTile) {
    const std::int64_t i_end = std::min(inner.size, i + kTile);
    for (std::int64_t j = 0; j < outer.size; ++j) {
      for (std::int64_t k = i; k < i_end; ++k) to[j * outer.to + k] = from[j + k * inner.from];
    }
  }
}

/// Counts through axes, innermost first, without a division per step.
class Position {
 public:
  Position(const std::vector<Axis>& axes, std::int64_t number) : axes_(axes) {
    for (const Axis& axis : axes_) {
      const std::int64_t index = number % axis.size;
      number /= axis.size;
      indices_.push_back(index);
      from_ += index * axis.from;
      to_ += index * axis.to;
    }
  }

  std::int64_t from() const { return from_; }
  std::int64_t to() const { return to_; }

  void advance() {
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      from_ += axes_[i].from;
      to_ += axes_[i].to;
      if (++indices_[i] < axes_[i].size) return;
      indices_[i] = 0;
      from_ -= axes_[i].size * axes_[i].from;
      to_ -= axes_[i].size * axes_[i].to;
    }
  }

 private:
  const std::vector<Axis>& axes_;
  std::vector<std::int64_t> indices_;
  std::int64_t from_ = 0;
  std::int64_t to_ = 0;
};

template <class T>
void copy_as(const std::byte* from_bytes, std::vector<Axis> axes, std::byte* to_bytes) {
  const T* from = reinterpret_cast<const T*>(from_bytes);
  T* to = reinterpret_cast<T*>(to_bytes);
  const Axis inner = axes.front();
  axes.erase(axes.begin());
  // Read along this axis, where it is not the innermost, numbers lie side by side.
  const auto turned = std::ranges::find(axes, 1, &Axis::from);
  const bool turn = turned != axes.end() && inner.from != 0;
  const Axis other = turn ? *turned : Axis{1, 1, 1};
  if (turn) axes.erase(turned);
  std::int64_t runs = 1;
  for (const Axis& axis : axes) runs *= axis.size;
  const std::int64_t run_size = inner.size * other.size;
  if (runs == 1 && !turn) {  // one long run is worth cutting
    return parallel_for(inner.size, kElementGrain, [&](std::int64_t begin, std::int64_t end) {
      copy_run(from + begin * inner.from, inner.from, end - begin, to + begin);
    });
  }
  parallel_for(runs, kElementGrain / run_size + 1, [&](std::int64_t begin, std::int64_t end) {
    Position at(axes, begin);
    for (std::int64_t run = begin; run < end; ++run, at.advance()) {
      turn ? copy_turned(from + at.from(), inner, other, to + at.to())
           : copy_run(from + at.from(), inner.from, inner.size, to + at.to());
    }
  });
}

}  // namespace

void strided_copy(const std::byte* from, const std::vector<CopyAxis>& axes,
                  std::size_t element_size, std::byte* to) {
  for (const CopyAxis& axis : axes) {
    if (axis.size == 0) return;
  }
  switch (element_size) {
    case 1:
      return copy_as<std::uint8_t>(from, merged(axes), to);
    case 2:
      return copy_as<std::uint16_t>(from, merged(axes), to);
    case 4:
      return copy_as<std::uint32_t>(from, merged(axes), to);
    default:
      return copy_as<std::uint64_t>(from, merged(axes), to);
  }
}

}  // namespace domino::onednn
