#include "domino/backends/cuda/attention_tiles.h"

#include <algorithm>
#include <cstring>

#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"

namespace domino::cuda {
namespace {

Tensor on_device(const std::vector<Tile>& tiles) {
  static_assert(sizeof(Tile) % sizeof(std::int64_t) == 0);
  const std::size_t bytes = tiles.size() * sizeof(Tile);
  Tensor host =
      Tensor::empty({static_cast<std::int64_t>(bytes / sizeof(std::int64_t))}, DType::Int64);
  if (bytes > 0) std::memcpy(host.storage()->bytes(), tiles.data(), bytes);
  return upload(host);
}

}  // namespace

AttentionTiles::AttentionTiles(const op::Attention& op, op::Inputs inputs,
                               const plans::AttentionPlan& plan)
    : op_(op), keys_(inputs[1].size(1)), by_pairs_(given(inputs, 5)) {
  for (const Sequence& sequence : plan.sequences()) add(sequence);
  tiles_there_ = on_device(tiles_);
  std::vector<std::int32_t> steps = query_steps_;
  steps.insert(steps.end(), key_steps_.begin(), key_steps_.end());
  steps_there_ = upload(Tensor({std::ssize(steps)}, steps));
}

TilesThere AttentionTiles::there() const {
  const auto* query_steps = numbers<std::int32_t>(steps_there_);
  return {std::ssize(tiles_), reinterpret_cast<const Tile*>(tiles_there_.storage()->bytes()),
          query_steps, query_steps + query_steps_.size()};
}

/// Those of the kept keys that one of the queries from step `first` to `last` may see by its place.
AttentionTiles::Steps AttentionTiles::seen_keys(const Sequence& sequence, std::int32_t first,
                                                std::int32_t last) const {
  const std::int64_t reach = op_.window > 0 ? op_.window - 1 : keys_ + last;
  const std::int64_t end = op_.causal ? last : last + reach;
  const auto from = std::ranges::lower_bound(sequence.keys, first - reach);
  return {from, std::upper_bound(from, sequence.keys.end(), end)};
}

bool AttentionTiles::needs_all_keys(const Sequence& sequence, const Query& query) const {
  return by_pairs_ || query.hidden || seen_keys(sequence, query.step, query.step).empty();
}

void AttentionTiles::add(const Sequence& sequence) {
  const std::int64_t first_key = std::ssize(key_steps_);
  key_steps_.insert(key_steps_.end(), sequence.keys.begin(), sequence.keys.end());
  const std::span queries(sequence.queries);
  for (std::size_t begin = 0, end = 0; begin < queries.size(); begin = end) {
    const bool all = needs_all_keys(sequence, queries[begin]);
    while (end < queries.size() && end - begin < kTileQueries &&
           needs_all_keys(sequence, queries[end]) == all) {
      query_steps_.push_back(queries[end++].step);
    }
    const Steps keys = seen_keys(sequence, queries[begin].step, queries[end - 1].step);
    tiles_.push_back({.sequence = sequence_,
                      .first_row = sequence.first_row + static_cast<std::int64_t>(begin),
                      .queries = static_cast<std::int64_t>(end - begin),
                      .first_key = first_key + (keys.data() - sequence.keys.data()),
                      .keys = all ? keys_ : std::ssize(keys),
                      .all_keys = all});
  }
  ++sequence_;
}

}  // namespace domino::cuda
