#include "domino/layers/activations/prelu.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"

namespace domino::layers {

void PReLUOptions::fields(Fields& f) {
  f("alpha_initializer", alpha_initializer);
  f("shared_axes", shared_axes);
}

PReLU::PReLU(PReLUOptions options) : UnaryLayer(options.name), options_(std::move(options)) {
  check_initializers(kType, {options_.alpha_initializer});
  set_supports_masking(true);
}

void PReLU::build(const Shape& input) const {
  check(input.rank() >= 1, "needs (batch, ...), got {}", input);
  Shape alpha = input.without(0);
  for (const int axis : options_.shared_axes.axes()) {
    check<ValueError>(axis >= 1 && axis < input.rank(),
                      "shared_axes names axis {}; expected axes from 1 to {} for {}", axis,
                      input.rank() - 1, input);
    alpha = alpha.with(axis - 1, 1);
  }
  add_weight("alpha", alpha, options_.alpha_initializer);
}

Tensor PReLU::call(const Tensor& x) const {
  const Tensor above = ops::relu(x);
  const Tensor below = ops::relu(ops::negative(x));
  return ops::subtract(above, ops::multiply(weight("alpha"), below));
}

}  // namespace domino::layers
