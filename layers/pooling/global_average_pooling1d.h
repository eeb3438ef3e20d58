#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of GlobalAveragePooling1D.
struct GlobalAveragePooling1DOptions {
  std::string data_format = "channels_last";  ///< or "channels_first": (batch, features, steps)
  bool keepdims = false;
  std::string name = {};
  void fields(Fields& f);
};

/// Averages a sequence over its steps, counting only those that the mask keeps.
///
/// `(batch, steps, features)` becomes `(batch, features)`; with `keepdims` `(batch, 1, features)`.
/// With a mask integers give float64, as in Keras.
/// The mask ends here, without a warning. A sequence with every step masked averages to NaN, as in
/// Keras. Keras: keras/src/layers/pooling/global_average_pooling1d.py.
class GlobalAveragePooling1D final : public UnaryLayer<GlobalAveragePooling1D> {
 public:
  static constexpr std::string_view kType = "GlobalAveragePooling1D";
  using Options = GlobalAveragePooling1DOptions;

  explicit GlobalAveragePooling1D(GlobalAveragePooling1DOptions options = {});
  const GlobalAveragePooling1DOptions& options() const { return options_; }

  Tensor call(const Tensor& x, const OptionalMask& mask) const;
  OptionalMask compute_mask(const Tensor& x, const OptionalMask& mask) const;

 private:
  const GlobalAveragePooling1DOptions options_;
};

}  // namespace domino::layers
