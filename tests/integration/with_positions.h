#pragma once

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/layers.h"

namespace domino::testing {

/// `x` (batch, steps, features) plus numbers that differ from step to step; the mask stays on.
inline SymbolicTensor with_positions(const SymbolicTensor& x) {
  const std::int64_t steps = x.shape()[1];
  const std::int64_t features = x.shape()[2];
  const Tensor positions =
      ops::reshape(ops::tanh(ops::arange(steps * features, DType::Float32)), {1, steps, features});
  return layers::Lambda([positions](const Tensor& y) { return ops::add(y, resident(positions)); },
                        {.mask = [](const Tensor&, const OptionalMask& mask) { return mask; }})(x);
}

}  // namespace domino::testing
