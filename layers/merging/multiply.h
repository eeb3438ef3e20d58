#pragma once

#include <string_view>

#include "domino/layers/merging/base_merge.h"

namespace domino::layers {

/// The product of its inputs, element by element: `Multiply()({a, b, c})`.
///
/// Shapes broadcast. A masked entry counts as 1; if every input has a mask, what is masked in all
/// of them becomes 0. Output mask: kept where any input is kept; none, without a warning, unless
/// every input has a mask. A mask has one axis less than its input. Keras:
/// keras/src/layers/merging/multiply.py.
class Multiply final : public Merge<Multiply> {
 public:
  static constexpr std::string_view kType = "Multiply";

  explicit Multiply(MergeOptions options = {});

  Tensor merge(const Tensors& inputs) const;
};

}  // namespace domino::layers
