#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "domino/backends/op.h"
#include "domino/backends/plans/attention_plan.h"

namespace domino::cuda {

/// The most queries of a tile.
inline constexpr int kTileQueries = 8;

/// Some queries of one sequence, which have output rows one after the other, and the keys that they go
/// through: all of them, of which masks may hide some, or some that no mask of steps hides.
struct Tile {
  std::int64_t sequence;
  std::int64_t first_row;
  std::int64_t queries;
  std::int64_t first_key;  ///< in TilesThere::key_steps, if those are some
  std::int64_t keys;
  std::int64_t all_keys;  ///< a flag
};

/// The tiles of a call as kernels see them; without any, each query has its row and goes through all keys.
struct TilesThere {
  std::int64_t count = 0;
  const Tile* tiles = nullptr;
  const std::int32_t* query_steps = nullptr;  ///< by output row
  const std::int32_t* key_steps = nullptr;
};

/// Cuts the queries of a plan into tiles. Such as see no key need all of them, for their mean; the others
/// have those that the key mask keeps and that they may see by their place.
class AttentionTiles {
 public:
  AttentionTiles(const op::Attention& op, op::Inputs inputs, const plans::AttentionPlan& plan);
  /// On the current backend, as long as this is.
  TilesThere there() const;

 private:
  using Sequence = plans::AttentionPlan::Sequence;
  using Query = plans::AttentionPlan::Query;
  using Steps = std::span<const std::int32_t>;

  void add(const Sequence& sequence);
  Steps seen_keys(const Sequence& sequence, std::int32_t first, std::int32_t last) const;
  bool needs_all_keys(const Sequence& sequence, const Query& query) const;

  op::Attention op_;
  std::int64_t keys_;
  bool by_pairs_;  ///< a mask of pairs, which the device alone knows, may hide all keys
  std::int64_t sequence_ = 0;
  std::vector<Tile> tiles_;
  std::vector<std::int32_t> query_steps_;
  std::vector<std::int32_t> key_steps_;
  Tensor tiles_in_bytes_;
  Tensor steps_;
};

/// What is computed of a call, and in which tiles: made once for calls whose masks and maps are the same.
struct RaggedCall {
  plans::AttentionPlan plan;
  AttentionTiles tiles;
};
std::shared_ptr<const RaggedCall> ragged_call(const op::Attention& op, op::Inputs inputs);

}  // namespace domino::cuda
