#pragma once

#include <cstdint>

#include "domino/backends/cuda/kernel.h"

namespace domino::cuda {

template <class T>
struct PickRows {
  std::int64_t width;
  const std::int32_t* rows;
  const T* from;
  T* to;

  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t row = i / width;
    const std::int64_t picked = rows[row];
    to[i] = picked < 0 ? T{} : from[picked * width + i - row * width];
  }
};

/// The first `count` rows of `to`: rows of `from` by their numbers, which lie on the device; zeros for -1.
template <class T>
void pick_rows(const T* from, std::int64_t width, const std::int32_t* rows, std::int64_t count,
               T* to) {
  for_each_index(count * width, PickRows<T>{width, rows, from, to});
}

}  // namespace domino::cuda
