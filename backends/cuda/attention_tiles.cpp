#include "domino/backends/cuda/attention_tiles.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "domino/backends/backend.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/plans/kept.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

Tensor in_bytes(const std::vector<Tile>& tiles) {
  static_assert(sizeof(Tile) % sizeof(std::int64_t) == 0);
  const std::size_t bytes = tiles.size() * sizeof(Tile);
  Tensor host =
      Tensor::empty({static_cast<std::int64_t>(bytes / sizeof(std::int64_t))}, DType::Int64);
  if (bytes > 0) std::memcpy(host.storage()->bytes(), tiles.data(), bytes);
  return host;
}

std::string identity_if_given(op::Inputs inputs, std::size_t index) {
  return given(inputs, index) ? plans::identity(inputs[index]) : "none";
}

/// All that the plan and the tiles are made from.
std::string key_of_call(const op::Attention& op, op::Inputs inputs) {
  const SharedRowMap map = plans::StepRows(inputs[0]).map();
  const ValueNumber attributes = op::value_number(op, {}, 0);
  return fmt::format("attention {:x} {:x} ({}, {}, {}) query {} under {} keys under {} pairs {}",
                     attributes.high, attributes.low, inputs[0].size(0), inputs[0].size(1),
                     inputs[1].size(1), map != nullptr ? plans::identity(*map) : "unpacked",
                     identity_if_given(inputs, 3), identity_if_given(inputs, 4),
                     given(inputs, 5) ? inputs[5].size(2) : 0);
}

Storage* memory_of_call(op::Inputs inputs) {
  for (const std::size_t mask : {3, 4}) {
    if (given(inputs, mask)) return plans::beside(inputs[mask]);
  }
  return plans::beside(plans::StepRows(inputs[0]).map());
}

}  // namespace

AttentionTiles::AttentionTiles(const op::Attention& op, op::Inputs inputs,
                               const plans::AttentionPlan& plan)
    : op_(op), keys_(inputs[1].size(1)), by_pairs_(given(inputs, 5)) {
  for (const Sequence& sequence : plan.sequences()) add(sequence);
  tiles_in_bytes_ = in_bytes(tiles_);
  std::vector<std::int32_t> steps = query_steps_;
  steps.insert(steps.end(), key_steps_.begin(), key_steps_.end());
  steps_ = Tensor({std::ssize(steps)}, steps);
}

TilesThere AttentionTiles::there() const {
  const auto* query_steps = numbers<std::int32_t>(resident(steps_));
  return {std::ssize(tiles_), numbers<Tile>(resident(tiles_in_bytes_)), query_steps,
          query_steps + query_steps_.size()};
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

std::shared_ptr<const RaggedCall> ragged_call(const op::Attention& op, op::Inputs inputs) {
  return plans::kept(memory_of_call(inputs), key_of_call(op, inputs), [&] {
    const plans::AttentionPlan plan(op, inputs, plans::StepRows(inputs[0]));
    return RaggedCall{plan, AttentionTiles(op, inputs, plan)};
  });
}

}  // namespace domino::cuda
