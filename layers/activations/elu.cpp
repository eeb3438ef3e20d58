#include "domino/layers/activations/elu.h"

#include <utility>

#include "domino/backends/ops.h"

namespace domino::layers {

void ELUOptions::fields(Fields& f) { f("alpha", alpha); }

ELU::ELU(ELUOptions options) : UnaryLayer(options.name), options_(std::move(options)) {
  set_supports_masking(true);
}

Tensor ELU::call(const Tensor& x) const {
  Tensor y = ops::unary(op::UnaryKind::Elu, x);
  if (options_.alpha == 1) return y;
  return ops::where(ops::greater(x, 0), y, ops::multiply(y, options_.alpha));
}

}  // namespace domino::layers
