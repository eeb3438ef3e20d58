#pragma once

#include <string_view>

#include "domino/layers/merging/base_merge.h"

namespace domino::layers {

/// The mean of its inputs, element by element: `Average()({a, b, c})`.
///
/// Shapes broadcast; values under the masks take part; integers give float64, as in Keras. Output
/// mask: kept where any input is kept; none, without a warning, unless every input has a mask.
/// Keras: keras/src/layers/merging/average.py.
class Average final : public Merge<Average> {
 public:
  static constexpr std::string_view kType = "Average";

  explicit Average(MergeOptions options = {});

  Tensor merge(const Tensors& inputs) const;
};

}  // namespace domino::layers
