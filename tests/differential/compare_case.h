#pragma once

#include <string>
#include <vector>

#include "domino/core/tensor.h"
#include "tests/differential/saved_case.h"

namespace domino::testing {

/// One thing that Domino does otherwise than Keras.
struct Difference {
  std::string kind;  ///< "load", "call", "count", "dtype", "shape", "values" or "mask"
  std::string text;
  std::string batch = {};
  int output = -1;
};

/// Loads the model under Keras' rules and calls it on every batch, on the backend `device`. Values
/// may differ by 1e-5 plus 1e-4 of themselves, NaN equals NaN; integers and masks are exact.
std::vector<Difference> differences(const SavedCase& saved, const std::string& device);

/// What differs between one output and the expected one, masks included.
std::vector<Difference> compare(const Tensor& actual, const Tensor& expected);

}  // namespace domino::testing
