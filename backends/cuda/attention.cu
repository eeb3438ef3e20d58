#include <cmath>
#include <limits>
#include <memory>

#include "domino/backends/backend.h"
#include "domino/backends/cuda/attention_tiles.h"
#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/execution.h"
#include "domino/backends/packing.h"

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

/// Numbers at each place (sequence, step) of a tensor, packed or not.
template <class T>
struct PlaceRows {
  const T* numbers;
  const std::int32_t* row_of;  ///< null if each has its own
  std::int64_t width;
  DOMINO_HOST_DEVICE const T* at(std::int64_t place) const {
    return numbers + (row_of == nullptr ? place : row_of[place]) * width;
  }
};

/// A block is a tile of queries of one head in one sequence, a thread a pair of a query and a key. It goes
/// through the keys tile by tile: what it has gathered fades whenever a higher score comes, so that no more
/// scores are kept than those of one tile.
template <class T>
struct AttendTile {
  static constexpr int kQueries = kTileQueries;
  static constexpr int kKeys = kThreads / kQueries;
  static constexpr int kPart = 32;  ///< numbers of a key that lie in block memory at a time

  struct Shared {
    T keys[2][kKeys][kPart + 1];  // a column more, so that keys lie in banks of their own
    T scores[kQueries][kKeys];
    T weights[kQueries][kKeys];
    bool seen[kQueries][kKeys];
    T highest[kQueries];
    T fade[kQueries];
    T sum[kQueries];
    bool sees_none[kQueries];
  };
  /// Where the block is, and which of its queries and of the keys of a tile the thread has.
  struct Pair {
    Tile tile;
    std::int64_t b;
    std::int64_t h;
    std::int64_t step;  ///< of the query
    int q;
    int k;
    DOMINO_HOST_DEVICE bool exists() const { return q < tile.queries; }
  };
  struct Local {
    Pair pair;
    bool seen;
    T score;
    T highest;
  };

  op::Attention op;
  AttentionSizes s;
  TilesThere ragged;
  Flags query_mask;
  Flags key_mask;
  Flags mask;
  PlaceRows<T> query;
  PlaceRows<T> key;
  PlaceRows<T> value;
  const T* score_weights;  ///< null for ones
  T* y;
  T* weights;  ///< (rows, heads, keys) of zeros, or null

  DOMINO_HOST_DEVICE std::int64_t blocks() const {
    return s.heads * (ragged.tiles != nullptr ? ragged.count : s.batch * dense_tiles());
  }
  DOMINO_HOST_DEVICE int phases(std::int64_t block) const {
    return 3 + phases_of_keys() * static_cast<int>((tile_of(block).keys + kKeys - 1) / kKeys);
  }
  DOMINO_HOST_DEVICE void phase(int phase, const Place& at, Local& local, Shared& shared) const {
    if (phase == 0) local.pair = pair_of(at);
    const Pair& pair = local.pair;
    if (phase == 0) {
      begin(at, pair, shared);
    } else if (phase == 1) {
      look(pair, shared);
    } else if (phase == phases(at.block) - 1) {
      divide(at, pair, shared);
    } else {
      go_through(at, (phase - 2) / phases_of_keys(), (phase - 2) % phases_of_keys(), local, shared);
    }
  }

 private:
  DOMINO_HOST_DEVICE int parts() const { return static_cast<int>((s.width + kPart - 1) / kPart); }
  DOMINO_HOST_DEVICE int phases_of_keys() const { return parts() + 3; }

  /// The keys of one tile. While one part of them is multiplied the next one is read.
  DOMINO_HOST_DEVICE void go_through(const Place& at, int tile, int phase, Local& local,
                                     Shared& shared) const {
    if (phase == 0) look_at(tile, local, shared);
    if (phase < parts()) read_keys(at, local.pair, tile, phase, shared);
    if (phase > 0 && phase <= parts()) multiply(phase - 1, local, shared);
    if (phase == parts()) score(tile, local, shared);
    if (phase == parts() + 1) weigh(local.pair, local, shared);
    if (phase == parts() + 2) gather(at, local.pair, tile, local, shared);
  }

  DOMINO_HOST_DEVICE std::int64_t dense_tiles() const {
    return (s.queries + kQueries - 1) / kQueries;
  }

  DOMINO_HOST_DEVICE Tile tile_of(std::int64_t block) const {
    const std::int64_t number = block / s.heads;
    if (ragged.tiles != nullptr) return ragged.tiles[number];
    const std::int64_t sequence = number / dense_tiles();
    const std::int64_t first = (number - sequence * dense_tiles()) * kQueries;
    const std::int64_t left = s.queries - first;
    return {sequence, sequence * s.queries + first, left < kQueries ? left : kQueries, 0, s.keys,
            1};
  }

  DOMINO_HOST_DEVICE Pair pair_of(const Place& at) const {
    const Tile tile = tile_of(at.block);
    const std::int64_t b = tile.sequence;
    const int q = at.thread / kKeys;
    const std::int64_t row = tile.first_row + (q < tile.queries ? q : 0);
    const std::int64_t step =
        ragged.query_steps != nullptr ? ragged.query_steps[row] : row - b * s.queries;
    return {tile, b, at.block % s.heads, step, q, at.thread % kKeys};
  }

  /// The step of key number `k` of the tile.
  DOMINO_HOST_DEVICE std::int64_t step_of(const Tile& tile, std::int64_t k) const {
    return tile.all_keys != 0 ? k : ragged.key_steps[tile.first_key + k];
  }

  DOMINO_HOST_DEVICE bool sees(const Pair& at, std::int64_t number) const {
    const std::int64_t q = at.step;
    const std::int64_t k = step_of(at.tile, number);
    const std::int64_t apart = q < k ? k - q : q - k;
    if (at.tile.all_keys != 0 &&
        !(query_mask.at(at.b, at.h, q, k) && key_mask.at(at.b, at.h, q, k))) {
      return false;
    }
    return mask.at(at.b, at.h, q, k) && (!op.causal || q >= k) &&
           (op.window == 0 || apart < op.window);
  }

  /// Calls `f(q, i, y)` for the outputs that the thread has, always the same: query q of the tile, number i.
  template <class F>
  DOMINO_HOST_DEVICE void each_output(const Place& at, const Pair& pair, F f) const {
    const std::int64_t count = pair.tile.queries * s.value_width;
    for (std::int64_t e = at.thread; e < count; e += kThreads) {
      const std::int64_t q = e / s.value_width;
      const std::int64_t i = e % s.value_width;
      const std::int64_t row = (pair.tile.first_row + q) * s.heads + pair.h;
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
    if (!pair.exists()) return;
    for (std::int64_t k = pair.k; k < pair.tile.keys; k += kKeys) {
      if (!sees(pair, k)) continue;
      shared.sees_none[pair.q] = false;
      return;
    }
  }

  DOMINO_HOST_DEVICE void look_at(int tile, Local& local, Shared& shared) const {
    const Pair& pair = local.pair;
    const std::int64_t k = std::int64_t{tile} * kKeys + pair.k;
    const bool none = shared.sees_none[pair.q];
    const bool exists = pair.exists() && k < pair.tile.keys;
    local.seen = exists && (none ? !op.zero_empty_rows : sees(pair, k));
    local.score = 0;
    shared.seen[pair.q][pair.k] = local.seen;
  }

  /// Neighbouring threads read neighbouring numbers.
  DOMINO_HOST_DEVICE void read_keys(const Place& at, const Pair& pair, int tile, int part,
                                    Shared& shared) const {
    const std::int64_t i = std::int64_t{part} * kPart + at.thread % kPart;
    for (int row = at.thread / kPart; row < kKeys; row += kThreads / kPart) {
      const std::int64_t k = std::int64_t{tile} * kKeys + row;
      if (k >= pair.tile.keys || i >= s.width) continue;
      const T* numbers = key.at(pair.b * s.keys + step_of(pair.tile, k)) + pair.h * s.width;
      shared.keys[part % 2][row][at.thread % kPart] = numbers[i];
    }
  }

  DOMINO_HOST_DEVICE void multiply(int part, Local& local, const Shared& shared) const {
    const Pair& pair = local.pair;
    if (!local.seen) return;
    const std::int64_t first = std::int64_t{part} * kPart;
    const std::int64_t left = s.width - first;
    const T* x = query.at(pair.b * s.queries + pair.step) + pair.h * s.width + first;
    const T* y = shared.keys[part % 2][pair.k];
    const int count = static_cast<int>(left < kPart ? left : kPart);
    local.score +=
        op.score == op::ScoreKind::Product ? product(x, y, count) : additive(x, y, first, count);
  }

  DOMINO_HOST_DEVICE static T product(const T* x, const T* y, int count) {
    T sum = 0;
    for (int i = 0; i < count; ++i) sum += x[i] * y[i];
    return sum;
  }

  /// Of numbers from the `first` on.
  DOMINO_HOST_DEVICE T additive(const T* x, const T* y, std::int64_t first, int count) const {
    T sum = 0;
    for (int i = 0; i < count; ++i) {
      sum += (score_weights != nullptr ? score_weights[first + i] : 1) * std::tanh(x[i] + y[i]);
    }
    return sum;
  }

  DOMINO_HOST_DEVICE void score(int tile, const Local& local, Shared& shared) const {
    const Pair& pair = local.pair;
    const bool none = shared.sees_none[pair.q];
    if (!local.seen) return;
    const bool all_alike = none && !op.hide_by_1e9;
    const T score = all_alike ? 0 : local.score * static_cast<T>(op.scale);
    const T hidden = none && op.hide_by_1e9 ? static_cast<float>(score) - 1e9F : score;
    shared.scores[pair.q][pair.k] = hidden;
    if (weights != nullptr) weight_of(pair, std::int64_t{tile} * kKeys + pair.k) = hidden;
  }

  /// Of key number `k` of the tile.
  DOMINO_HOST_DEVICE T& weight_of(const Pair& pair, std::int64_t k) const {
    const std::int64_t row = (pair.tile.first_row + pair.q) * s.heads + pair.h;
    return weights[row * s.keys + step_of(pair.tile, k)];
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
    const std::int64_t left = pair.tile.keys - first;
    const std::int64_t keys = left < kKeys ? left : kKeys;
    each_output(at, pair, [&](std::int64_t q, std::int64_t i, T& output) {
      T sum = output * shared.fade[q];
      for (std::int64_t k = 0; k < keys; ++k) {
        const T weight = shared.weights[q][k];
        // A key that is not seen keeps its NaN to itself.
        if (weight == 0) continue;
        const std::int64_t place = pair.b * s.keys + step_of(pair.tile, first + k);
        sum += weight * value.at(place)[pair.h * s.value_width + i];
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
    if (weights != nullptr && pair.exists()) divide_weights(pair, shared);
  }

  /// The scores that stand there become weights, once it is known what they are to be divided by.
  DOMINO_HOST_DEVICE void divide_weights(const Pair& pair, const Shared& shared) const {
    const bool none = shared.sees_none[pair.q];
    for (std::int64_t k = pair.k; k < pair.tile.keys; k += kKeys) {
      if (none ? op.zero_empty_rows : !sees(pair, k)) continue;
      T& there = weight_of(pair, k);
      there = weight(there, shared.highest[pair.q]) / shared.sum[pair.q];
    }
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
PlaceRows<T> rows_of(const Tensor& x) {
  const std::int64_t width = x.size(2) * x.size(3);
  if (!x.is_packed()) return {numbers<T>(x), nullptr, width};
  return {numbers<T>(x.rows()), numbers<std::int32_t>(resident(x.row_map()->indices())), width};
}

AttentionSizes sizes_of(op::Inputs inputs) {
  const Shape& query = inputs[0].shape();
  return {query[0], query[1], inputs[1].size(1), query[2], query[3], inputs[2].size(3)};
}

/// Into rows of `outputs`, (rows, heads, ...).
void attend(const op::Attention& op, op::Inputs inputs, const TilesThere& ragged,
            op::Outputs outputs) {
  if (op.gives_weights) set_to_zero(outputs[1]);
  visit_floating(outputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    const AttendTile<T> kernel{op,
                               sizes_of(inputs),
                               ragged,
                               flags_of(inputs, 3, {0, 2}),
                               flags_of(inputs, 4, {0, 3}),
                               flags_of(inputs, 5, {0, 1, 2, 3}),
                               rows_of<T>(inputs[0]),
                               rows_of<T>(inputs[1]),
                               rows_of<T>(inputs[2]),
                               given(inputs, 6) ? numbers<T>(inputs[6]) : nullptr,
                               written<T>(outputs[0]),
                               op.gives_weights ? written<T>(outputs[1]) : nullptr};
    launch(kernel, kernel.blocks());
  });
}

void set_row_to_zero(Tensor& rows, std::int64_t row) {
  const std::size_t bytes =
      static_cast<std::size_t>(rows.elements() / rows.size(0)) * size_of(rows.dtype());
  fill_with_zeros(rows.storage()->bytes() + static_cast<std::size_t>(row) * bytes, bytes);
}

/// Rows (rows, heads, width) at the places (batch, queries) that show them.
Tensor shown(Tensor rows, const SharedRowMap& map, const Shape& query) {
  const Shape shape = query.with(3, rows.size(2));
  if (!map) return rows.viewed_as(shape);
  if (map->unseen() >= 0) set_row_to_zero(rows, map->unseen());
  const Tensor output = Tensor::packed(rows, map, shape);
  return map->is_worth() ? output : unpack(output);
}

}  // namespace

void attention(const op::Attention& op, op::Inputs inputs, op::Outputs outputs) {
  const bool has_queries = inputs[0].size(0) * inputs[0].size(1) * inputs[0].size(2) > 0;
  if (!has_queries) return;
  if (inputs[1].size(1) == 0) return set_to_zero(outputs[0]);
  attend(op, inputs, {}, outputs);
}

bool accepts_packed_attention(const op::Attention&, op::Inputs inputs) {
  const bool of_steps = given(inputs, 3) || given(inputs, 4) || inputs[0].is_packed() ||
                        inputs[1].is_packed() || inputs[2].is_packed();
  return execution().packing && of_steps && inputs[0].elements() > 0 && inputs[2].elements() > 0;
}

Tensors packed_attention(const op::Attention& op, op::Inputs inputs) {
  const std::shared_ptr<const RaggedCall> call = ragged_call(op, inputs);
  const plans::AttentionPlan& plan = call->plan;
  Tensors there(inputs.begin(), inputs.end());
  for (std::size_t i = 0; i < there.size(); ++i) {
    if (there[i].defined() && (i > 2 || there[i].mapped_axes() != 2)) there[i] = unpack(there[i]);
  }
  const auto rows = [&](std::int64_t width) {
    return empty({plan.rows(), inputs[0].size(2), width}, inputs[0].dtype());
  };
  Tensors outputs{rows(inputs[2].size(3))};
  if (op.gives_weights) outputs.push_back(rows(inputs[1].size(1)));
  attend(op, there, call->tiles.there(), outputs);
  const SharedRowMap& of_query = inputs[0].row_map();
  const bool as_query = of_query && plan.map() && *of_query == *plan.map();
  const SharedRowMap map = as_query ? of_query : plan.map();
  for (Tensor& output : outputs) output = shown(output, map, inputs[0].shape());
  return outputs;
}

}  // namespace domino::cuda
