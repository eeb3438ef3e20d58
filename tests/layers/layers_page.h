#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/layers/mask_facts.h"

namespace domino::testing {

/// One way of calling a layer.
struct TrialRow {
  std::string when;  ///< what is not as usual
  MaskFacts keras;
  MaskFacts intended;

  bool operator==(const TrialRow&) const = default;
};

/// What docs/layers.md tells of a class.
struct LayerRow {
  std::vector<std::string> names;  ///< in keras.layers, the one in files first
  std::string family;
  std::string words;
  bool in_domino = false;
  std::vector<TrialRow> trials;  ///< none if the class is not called
};

/// The text of docs/layers.md; the classes of a family stand together.
std::string layers_page(const std::vector<LayerRow>& rows);

}  // namespace domino::testing
