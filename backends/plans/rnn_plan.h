#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "domino/core/row_map.h"

namespace domino::plans {

/// The kept steps of a batch of sequences. Steps are counted in the order in which they are read, so
/// with go_backwards step 0 is the last one.
class RnnPlan {
 public:
  /// Of `batch` sequences with `steps` each, `mask` (batch, steps, 1) keeps some; undefined, all.
  RnnPlan(const Tensor& mask, std::int64_t batch, std::int64_t steps, bool go_backwards);

  std::int64_t batch() const { return static_cast<std::int64_t>(order_.size()); }
  std::int64_t steps() const { return steps_; }
  /// The kept steps of one sequence, ascending.
  std::span<const std::int32_t> kept(std::int64_t row) const;
  /// Where a step lies in memory.
  std::int64_t place(std::int32_t step) const { return go_backwards_ ? steps_ - 1 - step : step; }
  /// Kept steps of all sequences.
  std::int64_t tokens() const { return offsets_.back(); }
  /// Kept steps of the sequences before `row`.
  std::int64_t tokens_before(std::int64_t row) const {
    return offsets_[static_cast<std::size_t>(row)];
  }
  bool has_gaps() const { return tokens() < batch() * steps_; }
  /// The sequences, the longest first.
  const std::vector<std::int64_t>& order() const { return order_; }

  /// The outputs of all steps as rows: one for each kept step, sequence by sequence, and behind them one of
  /// zeros. A masked step shows the row of the last kept one, or that of zeros.
  SharedRowMap shown_rows(bool zero_for_mask) const;
  /// Whether the last output of a sequence is 0, and not that of its last kept step.
  bool ends_with_zero(std::int64_t row, bool zero_for_mask) const;

  /// One of `count` shares of nearly equal work: sequences dealt out in the order of falling length, to
  /// and fro. In each share those that end first stand last.
  std::vector<std::int64_t> share(std::int64_t index, std::int64_t count) const;

 private:
  std::int64_t steps_;
  bool go_backwards_;
  std::vector<std::int32_t> kept_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::int64_t> order_;
};

}  // namespace domino::plans
