#include "domino/layers/activations/prelu.h"

#include <algorithm>
#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/check_shape.h"

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

namespace {

bool is_shared(const PReLUOptions& options, int axis) {
  return std::ranges::count(options.shared_axes.values(), axis) > 0;
}

}  // namespace

Tensor PReLU::call(const Tensor& x) const {
  const Tensor alpha = weight("alpha");
  check(x.rank() == alpha.rank() + 1, "was built for inputs of {} axes, got {}", alpha.rank() + 1,
        x.shape());
  for (int axis = 1; axis < x.rank(); ++axis) {
    if (!is_shared(options_, axis)) check_built_for(alpha.size(axis - 1), x.shape(), axis);
  }
  const Tensor above = ops::relu(x);
  const Tensor below = ops::relu(ops::negative(x));
  return ops::subtract(above, ops::multiply(alpha, below));
}

}  // namespace domino::layers
