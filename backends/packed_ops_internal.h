#pragma once

#include <optional>

#include "domino/backends/op.h"

namespace domino {

/// Carries an op with one result of the shape `output` out on the rows of its packed operands; none if it
/// cannot be, or if rows would be hardly fewer than places.
std::optional<Tensor> run_on_rows(const op::Operation& operation, const Tensors& inputs,
                                  const Shape& output);

/// How many of its last axes an op on one tensor, its first operand, treats as one thing; at each place of
/// the axes before them it does the same. None for an op of another kind.
std::optional<int> own_axes(const op::Operation& operation, op::Inputs inputs);

/// Whether an op can keep some places of one operand out of its result, as `where` and a product with a mask
/// do, so that nobody sees them of the operand though all of the result is seen.
bool may_hide_places(const op::Operation& operation);

}  // namespace domino
