#pragma once

#include <string_view>

#include "domino/layers/merging/base_merge.h"

namespace domino::layers {

/// The sum of its inputs, element by element: `Add()({a, b, c})`.
///
/// Shapes broadcast; values under the masks take part. Output mask: kept where any input
/// is kept; none, without a warning, unless every input has a mask.
/// Keras: keras/src/layers/merging/add.py.
class Add final : public Merge<Add> {
 public:
  static constexpr std::string_view kType = "Add";

  explicit Add(MergeOptions options = {});

  Tensor merge(const Tensors& inputs) const;
};

}  // namespace domino::layers
