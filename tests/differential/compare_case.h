#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "domino/core/tensor.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/model.h"
#include "tests/differential/saved_case.h"

namespace domino::testing {

/// One thing that Domino does otherwise than Keras.
struct Difference {
  std::string kind;  ///< "load", "call", "count", "dtype", "shape", "values" or "mask"
  std::string text;
  std::string batch = {};
  int output = -1;
};

/// How a case is run.
struct Way {
  std::string device = "cpu";
  bool packing = true;
  MaskedOutput masked_output = MaskedOutput::Exact;
  bool cudnn = false;

  /// `cpu_packed_exact`
  std::string name() const;
};

/// A case beside what Keras computed.
struct Comparison {
  std::vector<Difference> differences;
  /// Of max(1, |expected|), over the floating-point outputs that have the shape of Keras'.
  double largest_error = 0;
};

/// Loads the model under Keras' rules and runs it on every batch. Values may differ by 1e-5 plus 1e-4 of
/// themselves, NaN equals NaN; integers and masks are exact. Where masked outputs are zero, Keras' are
/// set to zero before they are compared.
Comparison compare_case(const SavedCase& saved, const Way& way);

/// Loads the model under these rules, saves it to `copy`, and compares it with the model that is found
/// there under Keras' rules: the file has to say what the rules said. No difference if Domino declines to
/// write a mask that Keras' files have no words for.
std::vector<Difference> differences_when_saved(const SavedCase& saved, MaskRules rules,
                                               const std::filesystem::path& copy);

/// What differs between one output and the expected one, masks included.
std::vector<Difference> compare(const Tensor& actual, const Tensor& expected);

}  // namespace domino::testing
