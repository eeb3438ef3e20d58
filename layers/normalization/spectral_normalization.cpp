#include "domino/layers/normalization/spectral_normalization.h"

#include <algorithm>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/graph/invoke.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/registry.h"
#include "domino/layers/initializers/initializers.h"

namespace domino::layers {

SpectralNormalization::SpectralNormalization(const LayerHandle& layer,
                                             SpectralNormalizationOptions options)
    : UnaryLayer(options.name), layer_(layer), options_(std::move(options)) {
  check<BuildError>(static_cast<bool>(layer_),
                    "SpectralNormalization: no layer is given; give one, as in "
                    "SpectralNormalization(Dense(3))");
  check<ValueError>(options_.power_iterations > 0,
                    "SpectralNormalization: power_iterations is {}; expected at least 1",
                    options_.power_iterations);
}

Config SpectralNormalization::config() const {
  Config config = UnaryLayer::config();
  config.set("layer", serialize_layer(*layer_));
  config.set("power_iterations", options_.power_iterations);
  return config;
}

SpectralNormalization SpectralNormalization::from_config(const Config& config) {
  SpectralNormalizationOptions options;
  Fields fields(config);
  fields("power_iterations", options.power_iterations);
  fields("name", options.name);
  return SpectralNormalization(deserialize_layer(config.at("layer")), std::move(options));
}

namespace {

/// The weight that training normalises.
Variable kernel_of(const Layer& layer) {
  const std::vector<Variable> weights = layer.weights();
  for (const char* name : {"kernel", "embeddings"}) {
    const auto found = std::find_if(weights.begin(), weights.end(),
                                    [&](const Variable& weight) { return weight.path == name; });
    if (found != weights.end()) return *found;
  }
  fail<BuildError>("its layer, {}, has neither a weight 'kernel' nor 'embeddings'", layer.title());
}

}  // namespace

void SpectralNormalization::build(const Shape& input) const {
  add_layer("layer", layer_);
  domino::build(*layer_, {{input}});
  const Variable kernel = kernel_of(*layer_);
  // Keras' files hold it twice.
  add_weight(kernel.path, kernel.value.shape(), [&](const Shape&, DType) { return kernel.value; });
  add_weight("vector_u", {1, kernel.value.size(-1)}, initializers::TruncatedNormal{.stddev = 0.02},
             false);
}

Tensor SpectralNormalization::call(const Tensor& x) const {
  // With a trace the layer does not warn: this one does.
  CallTrace trace;
  const Tensors outputs =
      invoke(*layer_, Call<Tensor>{.arguments = {{x}}}, current_rules(), &trace);
  check<BuildError>(outputs.size() == 1, "its layer, {}, gives {} outputs; it must give one",
                    layer_->title(), outputs.size());
  const Tensor y = outputs[0].dtype() == x.dtype() ? outputs[0] : ops::cast(outputs[0], x.dtype());
  return current_rules() == MaskRules::Keras ? y : y.without_mask();
}

}  // namespace domino::layers
