#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>

#include "domino/graph/mask_rules.h"
#include "tests/layers/parity_file.h"

namespace domino::testing {

/// What a layer does with masks, in the words of docs/layers.md.
struct MaskFacts {
  std::string mask_in;     ///< "used", "ignored", or "error" if it takes no such mask
  std::string mask_out;    ///< "passed", "changed", "made", "ended", "destroyed", "stays", or none
  bool takes_off = false;  ///< takes the masks off its inputs

  bool operator==(const MaskFacts&) const = default;
};
std::ostream& operator<<(std::ostream& out, const MaskFacts& facts);

/// A call with masks, compared to the same call without.
struct Observation {
  MaskFacts facts;
  OptionalMask mask;  ///< of the first output
};

/// What Keras does on a trial of tests/parity/data/all_layers.json.
Observation observed_in_keras(const ParityFile& file, const nlohmann::json& trial, MaskRules rules);

/// What Domino does on it.
Observation observed_in_domino(const ParityFile& file, const nlohmann::json& trial,
                               MaskRules rules);

}  // namespace domino::testing
