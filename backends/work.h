#pragma once

#include <cstdint>

#include "domino/backends/op.h"

namespace domino {

/// What it takes to carry out an op once.
struct Work {
  /// For how many places of the leading two axes it computes: of a packed operand the rows, of a recurrence
  /// the kept steps.
  std::int64_t rows = 0;
  /// Additions and multiplications of products; of another op the numbers that it reads.
  double flops = 0;
};

/// That of a kernel's call, whose operands lie on the host (OpObserver).
Work work_of(const op::Operation& operation, op::Inputs inputs);

}  // namespace domino
