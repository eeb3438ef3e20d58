#pragma once

#include <string>
#include <string_view>

#include "domino/backends/ops.h"
#include "domino/graph/layer_templates.h"
#include "domino/layers/numbers.h"

namespace domino::layers {

/// Options of Masking.
struct MaskingOptions {
  Numbers mask_value = 0.0;  ///< or an array that broadcasts to the input, such as one per feature
  std::string name = {};
  void fields(Fields& f);
};

/// Masks the steps at which every feature equals `mask_value`, or its entry of it.
///
/// `(batch, ..., features)` keeps its shape; masked steps become 0. Makes the mask, `any(x !=
/// mask_value)` over the last axis, whatever mask the input carries. Compared are exact float32
/// numbers: -0 equals 0, NaN equals nothing, so that a step with a NaN is kept. Keras:
/// keras/src/layers/core/masking.py; without TensorFlow's taking of denormal numbers for 0.
class Masking final : public UnaryLayer<Masking> {
 public:
  static constexpr std::string_view kType = "Masking";
  using Options = MaskingOptions;

  explicit Masking(MaskingOptions options = {});
  const MaskingOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;
  OptionalMask compute_mask(const Tensor& x, const OptionalMask& mask = {}) const;

 private:
  ops::Operand masked_value(const Tensor& x) const;

  const MaskingOptions options_;
};

}  // namespace domino::layers
