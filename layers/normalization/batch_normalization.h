#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer_templates.h"
#include "domino/layers/initializers/initializers.h"

namespace domino::layers {

/// Options of BatchNormalization; those on training only are kept for the file.
struct BatchNormalizationOptions {
  int axis = -1;
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  InitializerSpec beta_initializer = "zeros";
  InitializerSpec gamma_initializer = "ones";
  InitializerSpec moving_mean_initializer = "zeros";
  InitializerSpec moving_variance_initializer = "ones";
  bool synchronized = false;
  bool renorm = false;
  Config renorm_clipping = {};
  double renorm_momentum = 0.99;
  std::string name = {};
  void fields(Fields& f);
};

/// (x - moving mean) / sqrt(moving variance + epsilon) gamma + beta, per entry of `axis`.
///
/// Shapes stay; the mask passes and changes no value, but must have one axis less than the input,
/// as in Keras. A Domino model does not train: the moments are those of the weights. Weights:
/// `gamma` if `scale`, `beta` if `center`, `moving_mean`, `moving_variance`, and three more with
/// `renorm`. Keras: keras/src/layers/normalization/batch_normalization.py.
class BatchNormalization final : public UnaryLayer<BatchNormalization> {
 public:
  static constexpr std::string_view kType = "BatchNormalization";
  using Options = BatchNormalizationOptions;

  explicit BatchNormalization(BatchNormalizationOptions options = {});
  const BatchNormalizationOptions& options() const { return options_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x, const OptionalMask& mask) const;

 private:
  const BatchNormalizationOptions options_;
};

}  // namespace domino::layers
