#pragma once

#include "domino/backends/op.h"

namespace domino::reference {

/// `kind` of one number. Exact to the last bits of a double; LogicalNot and IsNan give 0 or 1.
double activate(op::UnaryKind kind, double x);

}  // namespace domino::reference
