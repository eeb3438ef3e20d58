#pragma once

#include <string>
#include <vector>

#include "domino/graph/model.h"
#include "tests/differential/saved_case.h"

namespace domino::testing {

/// A model that C++ code wires, and what it is called with.
struct BuiltModel {
  std::string name;
  Model model;
  std::vector<Tensors> batches;
  bool runs_by_keras_rules = true;  ///< Keras' Softmax refuses a mask of steps
};

/// For each row of "What is saved" in docs/keras_files.md a model, and some in which rows meet; under
/// the intended rules, with the same weights each time. Float inputs are called with masks and without.
std::vector<BuiltModel> built_models();

}  // namespace domino::testing
