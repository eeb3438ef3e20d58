#include "domino/layers/activations/relu.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/activations/activation_function.h"

namespace domino::layers {

void ReLUOptions::fields(Fields& f) {
  f("max_value", max_value);
  f("negative_slope", negative_slope);
  f("threshold", threshold);
}

ReLU::ReLU(ReLUOptions options) : UnaryLayer(options.name), options_(std::move(options)) {
  check<ValueError>(!options_.max_value || *options_.max_value >= 0,
                    "ReLU: max_value is {}; expected a number of at least 0, or none",
                    options_.max_value.value_or(0));
  check<ValueError>(options_.negative_slope >= 0,
                    "ReLU: negative_slope is {}; expected a number of at least 0",
                    options_.negative_slope);
  check<ValueError>(options_.threshold >= 0,
                    "ReLU: threshold is {}; expected a number of at least 0", options_.threshold);
  set_supports_masking(true);
}

Tensor ReLU::call(const Tensor& x) const {
  const auto& [max_value, slope, threshold, name] = options_;
  if (slope != 0 && threshold == 0 && !max_value) return leaky_relu(x, slope);
  Tensor y = threshold == 0 ? ops::relu(x) : ops::where(ops::greater(x, threshold), x, 0);
  if (max_value) y = ops::clip(y, 0, *max_value);
  if (slope == 0) return y;
  const Tensor below = ops::relu(ops::subtract(threshold, x));
  return ops::subtract(y, ops::multiply(below, slope));
}

}  // namespace domino::layers
