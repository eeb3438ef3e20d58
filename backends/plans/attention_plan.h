#pragma once

#include <cstdint>
#include <vector>

#include "domino/backends/op.h"
#include "domino/backends/plans/step_rows.h"

namespace domino::plans {

/// Which queries of a batch differ, and which keys each sequence shows them.
///
/// Queries of one sequence that hold the same numbers and see the same keys share an output row.
class AttentionPlan {
 public:
  struct Query {
    std::int32_t step;  ///< the first that has this output
    bool hidden;        ///< by the query mask: it sees no key
  };
  struct Sequence {
    std::int64_t first_row;  ///< of the output
    std::vector<Query> queries;
    std::vector<std::int32_t> keys;  ///< the steps that the key mask keeps
  };

  AttentionPlan(const op::Attention& op, op::Inputs inputs, const StepRows& query);

  const std::vector<Sequence>& sequences() const { return sequences_; }
  /// Output rows.
  std::int64_t rows() const { return rows_; }
  /// Which of them each place (sequence, query) shows; null if each has its own.
  const SharedRowMap& map() const { return map_; }
  /// The last output row if nobody sees the places that show it, so that none of the queries has it; else -1.
  std::int32_t unseen() const { return unseen_; }

 private:
  std::vector<Sequence> sequences_;
  SharedRowMap map_;
  std::int64_t rows_ = 0;
  std::int32_t unseen_ = -1;
};

}  // namespace domino::plans
