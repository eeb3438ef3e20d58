#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of Softmax.
struct SoftmaxOptions {
  Integers axis = -1;  ///< an axis, several that are taken together, or `{}` for all
  std::string name = {};
  void fields(Fields& f);
};

/// exp(x) divided by its sum along `axis`, leaving masked entries out.
///
/// Shapes stay; the mask passes. It is used: masked entries become 0, and where all are masked all
/// are 0. A mask of x's rank counts entry by entry and broadcasts; one of lower rank, such as
/// (batch, steps) on (batch, steps, features), counts whole steps, where Keras 3.15 reads it from
/// the right and fails or masks features. Nonzero keeps; of fractions those above 0.5 do. Keras:
/// keras/src/layers/activations/softmax.py.
class Softmax final : public UnaryLayer<Softmax> {
 public:
  static constexpr std::string_view kType = "Softmax";
  using Options = SoftmaxOptions;

  explicit Softmax(SoftmaxOptions options = {});
  const SoftmaxOptions& options() const { return options_; }

  Tensor call(const Tensor& x, const OptionalMask& mask) const;

 private:
  const SoftmaxOptions options_;
};

}  // namespace domino::layers
