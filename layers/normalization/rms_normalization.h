#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of RMSNormalization.
struct RMSNormalizationOptions {
  Integers axis = -1;  ///< the last axis, or several, which are normalised together
  double epsilon = 1e-6;
  std::string name = {};
  void fields(Fields& f);
};

/// x / sqrt(mean of squares + epsilon) scale, with the mean over `axis`.
///
/// Shapes stay. The mask ends here, with a warning, as in Keras, unlike that of LayerNormalization.
/// Weight: `scale`, of the sizes of `axis`. As in Keras it is laid on the last axes, also where `axis`
/// names others, if the sizes allow it. Integers give integers, as in Keras.
/// Keras: keras/src/layers/normalization/rms_normalization.py.
class RMSNormalization final : public UnaryLayer<RMSNormalization> {
 public:
  static constexpr std::string_view kType = "RMSNormalization";
  using Options = RMSNormalizationOptions;

  explicit RMSNormalization(RMSNormalizationOptions options = {});
  const RMSNormalizationOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  const RMSNormalizationOptions options_;
};

}  // namespace domino::layers
