#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of GlobalMaxPooling1D.
struct GlobalMaxPooling1DOptions {
  std::string data_format = "channels_last";  ///< or "channels_first": (batch, features, steps)
  bool keepdims = false;
  std::string name = {};
  void fields(Fields& f);
};

/// The largest value of each feature over all steps of a sequence, masked ones included.
///
/// `(batch, steps, features)` becomes `(batch, features)`; with `keepdims` `(batch, 1, features)`.
/// The mask is not used and ends here, with a warning. Keras:
/// keras/src/layers/pooling/global_max_pooling1d.py.
class GlobalMaxPooling1D final : public UnaryLayer<GlobalMaxPooling1D> {
 public:
  static constexpr std::string_view kType = "GlobalMaxPooling1D";
  using Options = GlobalMaxPooling1DOptions;

  explicit GlobalMaxPooling1D(GlobalMaxPooling1DOptions options = {});
  const GlobalMaxPooling1DOptions& options() const { return options_; }

  Tensor call(const Tensor& x) const;

 private:
  const GlobalMaxPooling1DOptions options_;
};

}  // namespace domino::layers
