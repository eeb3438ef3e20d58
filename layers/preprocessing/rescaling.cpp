#include "domino/layers/preprocessing/rescaling.h"

#include <utility>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/core/check.h"
#include "domino/layers/options.h"

namespace domino::layers {

void RescalingOptions::fields(Fields& f) {
  f("scale", scale);
  f("offset", offset);
}

Rescaling::Rescaling(Numbers scale, RescalingOptions options)
    : Rescaling(with(&RescalingOptions::scale, std::move(scale), std::move(options))) {}

Rescaling::Rescaling(RescalingOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check<ValueError>(options_.scale.given() && options_.offset.given(),
                    "Rescaling: scale and offset must be numbers or arrays, got {} and {}",
                    options_.scale.to_config().to_json(), options_.offset.to_config().to_json());
  set_supports_masking(true);
}

Tensor Rescaling::call(const Tensor& input) const {
  const Tensor x = ops::cast(input, DType::Float32);
  return ops::add(ops::multiply(x, resident(options_.scale.tensor())),
                  resident(options_.offset.tensor()));
}

}  // namespace domino::layers
