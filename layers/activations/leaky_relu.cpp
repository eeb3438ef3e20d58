#include "domino/layers/activations/leaky_relu.h"

#include <utility>

#include "domino/core/check.h"
#include "domino/layers/activations/activation_function.h"

namespace domino::layers {

void LeakyReLUOptions::fields(Fields& f) { f("negative_slope", negative_slope); }

LeakyReLU::LeakyReLU(LeakyReLUOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check<ValueError>(options_.negative_slope >= 0,
                    "LeakyReLU: negative_slope is {}; expected a number of at least 0",
                    options_.negative_slope);
  set_supports_masking(true);
}

Tensor LeakyReLU::call(const Tensor& x) const { return leaky_relu(x, options_.negative_slope); }

}  // namespace domino::layers
