#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of Concatenate.
struct ConcatenateOptions {
  int axis = -1;
  std::string name = {};
  void fields(Fields& f);
};

/// Joins its inputs along `axis`: `Concatenate({.axis = 1})({a, b})`.
///
/// All sizes but that of `axis` are equal. Output mask: none if no input has one; along steps the
/// masks joined in the same way, an input without mask counting as kept; along features kept where
/// any input is kept, so that one input without mask keeps everything. Keras:
/// keras/src/layers/merging/concatenate.py.
class Concatenate final : public ListLayer<Concatenate> {
 public:
  static constexpr std::string_view kType = "Concatenate";
  using Options = ConcatenateOptions;

  explicit Concatenate(ConcatenateOptions options = {});
  const ConcatenateOptions& options() const { return options_; }

  Tensor call(const Tensors& inputs) const;
  OptionalMask compute_mask(const Tensors& inputs, const OptionalMasks& masks) const;

 private:
  const ConcatenateOptions options_;
};

}  // namespace domino::layers
