#pragma once

#include <cstdint>

#include "domino/backends/packing.h"
#include "domino/backends/plans/step_rows.h"

namespace domino::onednn {

/// The numbers of a float tensor (batch, steps, ...), step by step, packed or not.
class MappedSteps : public plans::StepRows {
 public:
  explicit MappedSteps(const Tensor& x)
      : StepRows(x),
        x_(x.mapped_axes() == 2 ? x : unpack(x)),
        numbers_((x_.is_packed() ? x_.rows() : x_).data<float>().data()),
        width_(x_.elements() == 0 ? 0 : x_.elements() / (x_.size(0) * x_.size(1))) {}

  const float* row(std::int64_t row) const { return numbers_ + row * width_; }
  const float* at(std::int64_t place) const { return row(row_at(place)); }

 private:
  Tensor x_;
  const float* numbers_;
  std::int64_t width_;
};

}  // namespace domino::onednn
