#pragma once

#include <string_view>

#include "domino/layers/merging/base_merge.h"

namespace domino::layers {

/// The smallest of its inputs, element by element: `Minimum()({a, b, c})`.
///
/// Shapes broadcast. Inputs are merged from the left: a masked entry yields to the other side, and
/// where both are masked the first counts; once an input without mask has joined, all that came
/// before is unmasked. Output mask: kept where any input is kept; none, without a warning, unless
/// every input has a mask. A mask has one axis less than its input. Keras:
/// keras/src/layers/merging/minimum.py.
class Minimum final : public Merge<Minimum> {
 public:
  static constexpr std::string_view kType = "Minimum";

  explicit Minimum(MergeOptions options = {});

  Tensor merge(const Tensors& inputs) const;
};

}  // namespace domino::layers
