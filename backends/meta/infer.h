#pragma once

#include <vector>

#include "domino/backends/op.h"

namespace domino::meta {

/// What an op's output will be.
struct TensorSpec {
  Shape shape;
  DType dtype = DType::Float32;
};

/// The outputs of `operation` on `inputs`, whose sizes are concrete; the one shape rule of each op.
/// A size that depends on the numbers is kAny.
///
/// Throws ShapeError or DTypeError, naming the op, if it cannot be carried out.
std::vector<TensorSpec> infer(const op::Operation& operation, op::Inputs inputs);

}  // namespace domino::meta
