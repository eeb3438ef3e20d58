#include "domino/layers/normalization/unit_normalization.h"

#include <utility>

#include "domino/backends/ops.h"
#include "domino/layers/normalization/normalized_axes.h"

namespace domino::layers {

void UnitNormalizationOptions::fields(Fields& f) { f("axis", axis); }

UnitNormalization::UnitNormalization(UnitNormalizationOptions options)
    : UnaryLayer(options.name), options_(std::move(options)) {
  check_axes(kType, options_.axis);
  set_supports_masking(true);
}

Tensor UnitNormalization::call(const Tensor& input) const {
  // keras/src/layers/normalization/unit_normalization.py: epsilon=1e-12.
  constexpr double kLongest = 1e12;
  const Tensor x = ops::cast(input, DType::Float32);
  const Tensor squares = ops::sum(ops::square(x), options_.axis.axes(), true);
  return ops::multiply(x, ops::minimum(ops::rsqrt(squares), kLongest));
}

}  // namespace domino::layers
