#include <cmath>
#include <limits>

#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"

namespace domino::cuda {
namespace {

/// A mask that broadcasts to (batch, heads, queries, keys), or none.
struct Flags {
  const bool* flags = nullptr;
  std::int64_t strides[4] = {};
  DOMINO_HOST_DEVICE bool at(std::int64_t b, std::int64_t h, std::int64_t q, std::int64_t k) const {
    return flags == nullptr ||
           flags[b * strides[0] + h * strides[1] + q * strides[2] + k * strides[3]];
  }
};

struct AttentionSizes {
  std::int64_t batch, queries, keys, heads, width, value_width;
};

/// A block is a tile of queries of one head in one sequence, a thread a pair of a query and a key. It goes
/// through the keys tile by tile: what it has gathered fades whenever a higher score comes, so that no more
/// scores are kept than those of one tile.
template <class T>
struct AttendTile {
  static constexpr int kQueries = 8;
  static constexpr int kKeys = kThreads / kQueries;

  struct Shared {
    T scores[kQueries][kKeys];
    T weights[kQueries][kKeys];
    bool seen[kQueries][kKeys];
    T highest[kQueries];
    T fade[kQueries];
    T sum[kQueries];
    bool sees_none[kQueries];
  };
  struct Local {
    T highest;
  };

  op::Attention op;
  AttentionSizes s;
  Flags query_mask;
  Flags key_mask;
  Flags mask;
  const T* query;
  const T* key;
  const T* value;
  T* y;

  DOMINO_HOST_DEVICE std::int64_t tiles() const { return (s.queries + kQueries - 1) / kQueries; }
  DOMINO_HOST_DEVICE std::int64_t key_tiles() const { return (s.keys + kKeys - 1) / kKeys; }

  DOMINO_HOST_DEVICE int phases(std::int64_t) const {
    return 3 + 3 * static_cast<int>(key_tiles());
  }
  DOMINO_HOST_DEVICE void phase(int phase, const Place& at, Local& local, Shared& shared) const {
    const Pair pair = pair_of(at);
    if (phase == 0) {
      begin(at, pair, shared);
    } else if (phase == 1) {
      look(pair, shared);
    } else if (phase == phases(at.block) - 1) {
      divide(at, pair, shared);
    } else if (const int tile = (phase - 2) / 3; (phase - 2) % 3 == 0) {
      score(pair, tile, shared);
    } else if ((phase - 2) % 3 == 1) {
      weigh(pair, local, shared);
    } else {
      gather(at, pair, tile, local, shared);
    }
  }

 private:
  /// Where the block is, and which of its queries and of the keys of a tile the thread has.
  struct Pair {
    std::int64_t b;
    std::int64_t h;
    std::int64_t first_query;
    int q;
    int k;
    DOMINO_HOST_DEVICE std::int64_t query() const { return first_query + q; }
  };

  DOMINO_HOST_DEVICE Pair pair_of(const Place& at) const {
    const std::int64_t head = at.block / tiles();
    return {head / s.heads, head % s.heads, at.block % tiles() * kQueries, at.thread / kKeys,
            at.thread % kKeys};
  }

  DOMINO_HOST_DEVICE bool sees(const Pair& at, std::int64_t k) const {
    const std::int64_t q = at.query();
    const std::int64_t apart = q < k ? k - q : q - k;
    return query_mask.at(at.b, at.h, q, k) && key_mask.at(at.b, at.h, q, k) &&
           mask.at(at.b, at.h, q, k) && (!op.causal || q >= k) &&
           (op.window == 0 || apart < op.window);
  }

  /// Calls `f(q, i, y)` for the outputs that the thread has, always the same: query q of the tile, number i.
  template <class F>
  DOMINO_HOST_DEVICE void each_output(const Place& at, const Pair& pair, F f) const {
    const std::int64_t left = s.queries - pair.first_query;
    const std::int64_t count = (left < kQueries ? left : kQueries) * s.value_width;
    for (std::int64_t e = at.thread; e < count; e += kThreads) {
      const std::int64_t q = e / s.value_width;
      const std::int64_t i = e % s.value_width;
      const std::int64_t row = (pair.b * s.queries + pair.first_query + q) * s.heads + pair.h;
      f(q, i, y[row * s.value_width + i]);
    }
  }

  DOMINO_HOST_DEVICE void begin(const Place& at, const Pair& pair, Shared& shared) const {
    each_output(at, pair, [](std::int64_t, std::int64_t, T& output) { output = 0; });
    if (pair.k != 0) return;
    shared.highest[pair.q] = -std::numeric_limits<T>::infinity();
    shared.sum[pair.q] = 0;
    shared.sees_none[pair.q] = true;
  }

  DOMINO_HOST_DEVICE void look(const Pair& pair, Shared& shared) const {
    if (pair.query() >= s.queries) return;
    for (std::int64_t k = pair.k; k < s.keys; k += kKeys) {
      if (!sees(pair, k)) continue;
      shared.sees_none[pair.q] = false;
      return;
    }
  }

  DOMINO_HOST_DEVICE void score(const Pair& pair, int tile, Shared& shared) const {
    const std::int64_t k = std::int64_t{tile} * kKeys + pair.k;
    const bool none = shared.sees_none[pair.q];
    const bool exists = pair.query() < s.queries && k < s.keys;
    const bool seen = exists && (none ? !op.zero_empty_rows : sees(pair, k));
    shared.seen[pair.q][pair.k] = seen;
    if (!seen) return;
    const bool all_alike = none && !op.hide_by_1e9;
    const T score = all_alike ? 0 : product(pair, k) * static_cast<T>(op.scale);
    shared.scores[pair.q][pair.k] =
        none && op.hide_by_1e9 ? static_cast<float>(score) - 1e9F : score;
  }

  DOMINO_HOST_DEVICE T product(const Pair& pair, std::int64_t k) const {
    const T* x = query + ((pair.b * s.queries + pair.query()) * s.heads + pair.h) * s.width;
    const T* y = key + ((pair.b * s.keys + k) * s.heads + pair.h) * s.width;
    T sum = 0;
    for (std::int64_t i = 0; i < s.width; ++i) sum += x[i] * y[i];
    return sum;
  }

  DOMINO_HOST_DEVICE void weigh(const Pair& pair, Local& local, Shared& shared) const {
    const T* scores = shared.scores[pair.q];
    const bool* seen = shared.seen[pair.q];
    const T before = shared.highest[pair.q];
    T highest = before;
    for (int k = 0; k < kKeys; ++k) {
      if (seen[k] && highest < scores[k]) highest = scores[k];
    }
    local.highest = highest;
    shared.weights[pair.q][pair.k] = seen[pair.k] ? weight(scores[pair.k], highest) : 0;
    if (pair.k == 0) shared.fade[pair.q] = weight(before, highest);
  }

  /// As long as -inf is the highest score it weighs nothing: a higher one may come.
  DOMINO_HOST_DEVICE static T weight(T score, T highest) {
    const bool is_lowest = score == highest && score < std::numeric_limits<T>::lowest();
    return is_lowest ? 0 : std::exp(score - highest);
  }

  DOMINO_HOST_DEVICE void gather(const Place& at, const Pair& pair, int tile, const Local& local,
                                 Shared& shared) const {
    const std::int64_t first = std::int64_t{tile} * kKeys;
    const std::int64_t keys = s.keys - first < kKeys ? s.keys - first : kKeys;
    each_output(at, pair, [&](std::int64_t q, std::int64_t i, T& output) {
      const T* values = value + ((pair.b * s.keys + first) * s.heads + pair.h) * s.value_width + i;
      T sum = output * shared.fade[q];
      for (std::int64_t k = 0; k < keys; ++k) {
        const T weight = shared.weights[q][k];
        // A key that is not seen keeps its NaN to itself.
        if (weight != 0) sum += weight * values[k * s.heads * s.value_width];
      }
      output = sum;
    });
    if (pair.k != 0) return;
    T sum = shared.sum[pair.q] * shared.fade[pair.q];
    for (int k = 0; k < kKeys; ++k) sum += shared.weights[pair.q][k];
    shared.sum[pair.q] = sum;
    shared.highest[pair.q] = local.highest;
  }

  DOMINO_HOST_DEVICE void divide(const Place& at, const Pair& pair, const Shared& shared) const {
    each_output(at, pair, [&](std::int64_t q, std::int64_t, T& output) {
      if (!shared.sees_none[q] || !op.zero_empty_rows) output /= shared.sum[q];
    });
  }
};

/// `axes` says for each axis of the mask which one it is of (batch, heads, queries, keys).
Flags flags_of(op::Inputs inputs, std::size_t index, std::initializer_list<int> axes) {
  if (!given(inputs, index)) return {};
  const Tensor& mask = inputs[index];
  Flags flags{numbers<bool>(mask), {}};
  std::int64_t stride = mask.elements();
  int axis = 0;
  for (const int of : axes) {
    const std::int64_t size = mask.size(axis++);
    stride /= size;
    if (size != 1) flags.strides[of] = stride;
  }
  return flags;
}

template <class T>
void attend(const op::Attention& op, const AttentionSizes& sizes, op::Inputs inputs, Tensor& y) {
  const AttendTile<T> kernel{op,
                             sizes,
                             flags_of(inputs, 3, {0, 2}),
                             flags_of(inputs, 4, {0, 3}),
                             flags_of(inputs, 5, {0, 1, 2, 3}),
                             numbers<T>(inputs[0]),
                             numbers<T>(inputs[1]),
                             numbers<T>(inputs[2]),
                             written<T>(y)};
  launch(kernel, sizes.batch * sizes.heads * kernel.tiles());
}

}  // namespace

void attention(const op::Attention& op, op::Inputs inputs, op::Outputs outputs) {
  Tensor& y = outputs[0];
  if (y.elements() == 0) return;
  const Tensor& query = inputs[0];
  const AttentionSizes sizes{query.size(0), query.size(1), inputs[1].size(1),
                             query.size(2), query.size(3), inputs[2].size(3)};
  if (sizes.keys == 0) return set_to_zero(y);
  visit_floating(y.dtype(), [&]<class T>(TypeTag<T>) { attend<T>(op, sizes, inputs, y); });
}

}  // namespace domino::cuda
