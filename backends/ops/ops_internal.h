#pragma once

#include "domino/backends/ops.h"

namespace domino::ops {

/// Runs an op of one output.
Tensor run_one(const op::Operation& operation, const Tensors& inputs);

Tensor as_bool(const Tensor& x);

/// The forms of mask that `rnn` takes, as bool (batch, steps, 1 or units); undefined for none.
Tensor steps_mask(const Tensor& x, const OptionalMask& mask, std::int64_t units);

/// A tensor of one value where `beside` lies. On meta its value number comes from that value, not
/// from memory that is soon given to another.
Tensor full_beside(const Tensor& beside, const Shape& shape, double value, DType dtype);

}  // namespace domino::ops
