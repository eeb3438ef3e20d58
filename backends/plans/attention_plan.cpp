#include "domino/backends/plans/attention_plan.h"

#include <algorithm>

#include "domino/backends/packing.h"

namespace domino::plans {
namespace {

constexpr std::int32_t kUnseen = -1;

/// Finds the queries of one sequence after the other that hold the same numbers.
class Repeats {
 public:
  explicit Repeats(std::int64_t rows)
      : sequence_(static_cast<std::size_t>(rows), -1), output_(sequence_.size()) {}

  /// The output row that the query's row has in this sequence; `next` if it has none yet.
  std::int32_t output_of(std::int32_t row, std::int64_t sequence, std::int32_t next) {
    const auto at = static_cast<std::size_t>(row);
    if (sequence_[at] != sequence) output_[at] = next;
    sequence_[at] = sequence;
    return output_[at];
  }

 private:
  std::vector<std::int64_t> sequence_;
  std::vector<std::int32_t> output_;
};

/// A bool mask (batch, steps) whose sizes may be 1.
struct StepsMask {
  explicit StepsMask(const Tensor& given)
      : mask(on_host(given)),
        flags(mask.defined() ? mask.data<bool>().data() : nullptr),
        batch_stride(flags == nullptr || mask.size(0) == 1 ? 0 : mask.size(1)),
        step_stride(flags == nullptr || mask.size(1) == 1 ? 0 : 1) {}
  bool at(std::int64_t sequence, std::int64_t step) const {
    return flags == nullptr || flags[sequence * batch_stride + step * step_stride];
  }

  Tensor mask;
  const bool* flags;
  std::int64_t batch_stride;
  std::int64_t step_stride;
};

/// Input `index`, or no tensor where the list ends before it.
Tensor mask_at(op::Inputs inputs, std::size_t index) {
  return index < inputs.size() ? inputs[index] : Tensor();
}

/// Whether what a query sees depends on its place.
bool sees_by_place(const op::Attention& op, const Tensor& mask) {
  return op.causal || op.window > 0 || (mask.defined() && mask.size(2) > 1);
}

}  // namespace

AttentionPlan::AttentionPlan(const op::Attention& op, op::Inputs inputs, const StepRows& query) {
  const std::int64_t queries = inputs[0].size(1);
  const std::int64_t keys = inputs[1].size(1);
  const StepsMask query_mask(mask_at(inputs, 3));
  const StepsMask key_mask(mask_at(inputs, 4));
  const bool by_place = sees_by_place(op, mask_at(inputs, 5));
  Repeats repeats(query.rows());
  std::vector<std::int32_t> row_of;
  for (std::int64_t s = 0; s < inputs[0].size(0); ++s) {
    Sequence& sequence = sequences_.emplace_back();
    sequence.first_row = rows_;
    std::int32_t row_of_hidden = -1;
    for (std::int64_t step = 0; step < queries; ++step) {
      const bool hidden = !query_mask.at(s, step);
      // What a hidden query gives may be seen though the query is not.
      if (!hidden && query.is_unseen(s * queries + step)) {
        row_of.push_back(kUnseen);
        continue;
      }
      const auto next = static_cast<std::int32_t>(rows_);
      std::int32_t row = next;
      if (hidden && !op.hide_by_1e9) {
        if (row_of_hidden < 0) row_of_hidden = next;
        row = row_of_hidden;
      } else if (!hidden && !by_place) {
        row = repeats.output_of(query.row_at(s * queries + step), s, next);
      }
      row_of.push_back(row);
      if (row != next) continue;
      sequence.queries.push_back({static_cast<std::int32_t>(step), hidden});
      ++rows_;
    }
    for (std::int64_t step = 0; step < keys; ++step) {
      if (key_mask.at(s, step)) sequence.keys.push_back(static_cast<std::int32_t>(step));
    }
  }
  if (std::ranges::find(row_of, kUnseen) != row_of.end()) {
    unseen_ = static_cast<std::int32_t>(rows_++);
    std::ranges::replace(row_of, kUnseen, unseen_);
  }
  const auto places = std::ssize(row_of);
  if (rows_ == places) return;
  map_ = std::make_shared<const RowMap>(Tensor({places}, row_of), rows_, unseen_);
}

}  // namespace domino::plans
