#pragma once

#include <string>
#include <string_view>

#include "domino/graph/layer.h"
#include "domino/graph/layer_templates.h"

namespace domino::layers {

/// Options of SpectralNormalization; the layer is its constructor's first argument.
struct SpectralNormalizationOptions {
  int power_iterations = 1;  ///< no effect at inference
  std::string name = {};
};

/// Keeps the kernel of a layer in bounds while training; a Domino model does not train, so it calls the
/// layer with the kernel as it is.
///
/// Shapes are those of the layer, which must have a weight `kernel` or `embeddings`; the result is of
/// the element type of the input, as in Keras. The mask ends here, with a warning; rules = Keras leave
/// what the layer hung on its output. Weights: a copy of that weight, which Keras' files
/// hold and nothing reads, `vector_u`, layer/... Keras: keras/src/layers/normalization/spectral_normalization.py.
class SpectralNormalization final : public UnaryLayer<SpectralNormalization> {
 public:
  static constexpr std::string_view kType = "SpectralNormalization";
  explicit SpectralNormalization(const LayerHandle& layer,
                                 SpectralNormalizationOptions options = {});

  Config config() const override;
  static SpectralNormalization from_config(const Config& config);

  const LayerHandle& layer() const { return layer_; }

  void build(const Shape& input) const;
  Tensor call(const Tensor& x) const;

 private:
  const LayerHandle layer_;
  const SpectralNormalizationOptions options_;
};

}  // namespace domino::layers
