#include "domino/layers/activations/activation.h"

#include <utility>

#include "domino/layers/activations/activation_function.h"
#include "domino/layers/options.h"

namespace domino::layers {

void ActivationOptions::fields(Fields& f) { f("activation", activation); }

Activation::Activation(ActivationSpec activation, ActivationOptions options)
    : Activation(with(&ActivationOptions::activation, std::move(activation), std::move(options))) {}

Activation::Activation(ActivationOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  options_.activation.check_known(kType);
  set_supports_masking(true);
}

Tensor Activation::call(const Tensor& x) const {
  return options_.activation == "linear" ? x : options_.activation(x);
}

}  // namespace domino::layers
