#pragma once

#include <cstdint>

#include "domino/backends/packing.h"

namespace domino::onednn {

/// The numbers of a float tensor (batch, steps, ...), step by step, packed or not.
class MappedSteps {
 public:
  explicit MappedSteps(const Tensor& x)
      : x_(x.mapped_axes() == 2 ? x : unpack(x)),
        row_of_(x_.is_packed() ? x_.row_map()->row_of().data() : nullptr),
        numbers_((x_.is_packed() ? x_.rows() : x_).data<float>().data()),
        width_(x_.elements() == 0 ? 0 : x_.elements() / (x_.size(0) * x_.size(1))),
        rows_(x_.is_packed() ? x_.row_map()->rows() : x_.size(0) * x_.size(1)) {}

  /// How many different steps there can be.
  std::int64_t rows() const { return rows_; }
  /// Which of them stands at a place: sequence * steps + step.
  std::int32_t row_at(std::int64_t place) const {
    return row_of_ != nullptr ? row_of_[place] : static_cast<std::int32_t>(place);
  }
  bool is_unseen(std::int64_t place) const {
    return row_of_ != nullptr && row_of_[place] == x_.row_map()->unseen();
  }
  const float* row(std::int64_t row) const { return numbers_ + row * width_; }
  const float* at(std::int64_t place) const { return row(row_at(place)); }

 private:
  Tensor x_;
  const std::int32_t* row_of_;
  const float* numbers_;
  std::int64_t width_;
  std::int64_t rows_;
};

}  // namespace domino::onednn
