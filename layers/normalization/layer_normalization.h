#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/initializers/initializers.h"
#include "domino/layers/integers.h"

namespace domino::layers {

/// Options of LayerNormalization.
struct LayerNormalizationOptions {
  Integers axis = -1;  ///< an axis, or several that are normalised together
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  bool rms_scaling = false;  ///< Keras' deprecated one: divides by the deviation, keeps the mean
  InitializerSpec beta_initializer = "zeros";
  InitializerSpec gamma_initializer = "ones";
  std::string name = {};
  void fields(Fields& f);
};

/// (x - mean) / sqrt(variance + epsilon) gamma + beta, with the moments of x over `axis`.
///
/// Shapes stay; the mask passes. Over features every step is normalised by itself, so that masked
/// steps do not matter; over steps they take part. Weights: `gamma` if `scale`, `beta` if `center`,
/// of the sizes of `axis`. Of integers the results' fractions are cut off, as in Keras.
/// Keras: keras/src/layers/normalization/layer_normalization.py.
class LayerNormalization final : public UnaryLayer<LayerNormalization> {
 public:
  static constexpr std::string_view kType = "LayerNormalization";
  using Options = LayerNormalizationOptions;

  explicit LayerNormalization(LayerNormalizationOptions options = {});
  const LayerNormalizationOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  Tensor normalised(const Tensor& x) const;

  const LayerNormalizationOptions options_;
};

}  // namespace domino::layers
