#pragma once

#include <map>
#include <string>

#include "tests/differential/saved_case.h"

namespace domino::testing {

/// How often each accident of Keras strikes in the model, nested models included, when it is called on
/// the batches of the case: by the names in graph/accidents.cpp.
std::map<std::string, int> accident_counts(const SavedCase& saved);

}  // namespace domino::testing
