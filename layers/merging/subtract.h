#pragma once

#include <string_view>
#include <vector>

#include "domino/layers/merging/base_merge.h"

namespace domino::layers {

/// The first of two inputs less the second, element by element: `Subtract()({a, b})`.
///
/// Shapes broadcast; values under the masks take part. Output mask: kept where any input
/// is kept; none, without a warning, unless every input has a mask.
/// Keras: keras/src/layers/merging/subtract.py.
class Subtract final : public Merge<Subtract> {
 public:
  static constexpr std::string_view kType = "Subtract";

  explicit Subtract(MergeOptions options = {});

  void build(const std::vector<Shape>& shapes) const;
  Tensor merge(const Tensors& inputs) const;
};

}  // namespace domino::layers
