#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "domino/backends/onednn/grain.h"
#include "domino/core/shape.h"
#include "domino/core/threads.h"

namespace domino::onednn {

/// An element-wise op over operands that broadcast, cut into runs along which each operand either
/// steps from element to element or stays at one.
template <std::size_t N>
class Broadcast {
 public:
  using Offsets = std::array<std::int64_t, N>;

  Broadcast(const Shape& result, const std::array<Shape, N>& operands);

  /// 1 or 0 for each operand: what it moves by from one element of a run to the next.
  const Offsets& steps() const { return steps_; }

  /// Calls `f(to, from, count)`, in many threads, for parts of runs: `count` results from element
  /// `to` on, made of the operands' elements from `from` on.
  template <class F>
  void each_run(F f) const;

 private:
  struct Axis {
    std::int64_t size;
    Offsets strides;
  };

  void add_outer_axis(const Axis& axis);
  Offsets offsets_of(std::int64_t run) const;

  std::vector<Axis> outer_;  // innermost first
  std::int64_t runs_ = 1;
  std::int64_t length_ = 1;
  Offsets steps_;
};

template <std::size_t N>
Broadcast<N>::Broadcast(const Shape& result, const std::array<Shape, N>& operands) {
  steps_.fill(1);
  Offsets own;  // stride of the operand's current axis
  own.fill(1);
  for (int axis = result.rank() - 1; axis >= 0; --axis) {
    Axis next{result[axis], {}};
    for (std::size_t i = 0; i < N; ++i) {
      const int at = axis - result.rank() + operands[i].rank();
      const std::int64_t size = at < 0 ? 1 : operands[i][at];
      next.strides[i] = size == 1 ? 0 : own[i];
      own[i] *= size;
    }
    if (next.size != 1) add_outer_axis(next);
  }
  if (outer_.empty()) return;
  length_ = outer_.front().size;
  steps_ = outer_.front().strides;
  outer_.erase(outer_.begin());
  for (const Axis& axis : outer_) runs_ *= axis.size;
}

template <std::size_t N>
void Broadcast<N>::add_outer_axis(const Axis& axis) {
  const auto continues = [&](const Axis& inner) {
    for (std::size_t i = 0; i < N; ++i) {
      if (axis.strides[i] != inner.strides[i] * inner.size) return false;
    }
    return true;
  };
  if (!outer_.empty() && continues(outer_.back())) {
    outer_.back().size *= axis.size;
  } else {
    outer_.push_back(axis);
  }
}

template <std::size_t N>
typename Broadcast<N>::Offsets Broadcast<N>::offsets_of(std::int64_t run) const {
  Offsets offsets{};
  for (const Axis& axis : outer_) {
    for (std::size_t i = 0; i < N; ++i) offsets[i] += run % axis.size * axis.strides[i];
    run /= axis.size;
  }
  return offsets;
}

template <std::size_t N>
template <class F>
void Broadcast<N>::each_run(F f) const {
  if (runs_ == 1) {
    return parallel_for(length_, kElementGrain, [&](std::int64_t begin, std::int64_t end) {
      Offsets from = steps_;
      for (std::int64_t& offset : from) offset *= begin;
      f(begin, from, end - begin);
    });
  }
  const std::int64_t grain = kElementGrain / std::max<std::int64_t>(length_, 1) + 1;
  parallel_for(runs_, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t run = begin; run < end; ++run) f(run * length_, offsets_of(run), length_);
  });
}

}  // namespace domino::onednn
