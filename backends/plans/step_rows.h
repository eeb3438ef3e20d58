#pragma once

#include <cstdint>

#include "domino/core/row_map.h"

/// What the host decides of a call on packed tensors, whatever device computes it.
namespace domino::plans {

/// Which row stands at each step of a tensor (batch, steps, ...), of which these two axes may be packed.
class StepRows {
 public:
  explicit StepRows(const Tensor& x)
      : map_(x.mapped_axes() == 2 ? x.row_map() : nullptr),
        row_of_(map_ != nullptr ? map_->row_of().data() : nullptr),
        rows_(map_ != nullptr ? map_->rows() : x.size(0) * x.size(1)) {}

  /// Null if each step has a row of its own.
  const SharedRowMap& map() const { return map_; }
  /// How many different steps there can be.
  std::int64_t rows() const { return rows_; }
  /// Which of them stands at a place: sequence * steps + step.
  std::int32_t row_at(std::int64_t place) const {
    return row_of_ != nullptr ? row_of_[place] : static_cast<std::int32_t>(place);
  }
  bool is_unseen(std::int64_t place) const {
    return row_of_ != nullptr && row_of_[place] == map_->unseen();
  }

 private:
  SharedRowMap map_;
  const std::int32_t* row_of_;
  std::int64_t rows_;
};

}  // namespace domino::plans
