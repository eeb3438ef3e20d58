#pragma once

#include <map>
#include <string>

#include "tests/differential/saved_case.h"

namespace domino::testing {

/// What the plans of a case hold, nested models included, for the batches that it is called on.
struct PlanCounts {
  /// How often each accident of Keras strikes, by the names in graph/accidents.cpp.
  std::map<std::string, int> accidents;
  /// How many calls that a mask of steps comes to compute what it hides, and for whom, where masked
  /// outputs are zero: "packed: Dense", "dense: Dense, Conv1D sees".
  std::map<std::string, int> padding;
};
PlanCounts plan_counts(const SavedCase& saved);

}  // namespace domino::testing
