#pragma once

#include <cstdint>

#include "domino/backends/op.h"

/// Kernels over plain ranges, on the calling thread, with the widest vectors of the processor.
namespace domino::onednn {

/// y[i] = kind(x[i]) for i below `count`; y may be x. LogicalNot and IsNan are not among them.
void unary_range(op::UnaryKind kind, const float* x, float* y, std::int64_t count);

}  // namespace domino::onednn
