#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "domino/graph/count_work.h"
#include "domino/graph/model.h"

namespace domino::cli {

/// Where the masks of a model go, as docs/masks.schema.json describes it; nested models included. `work` is
/// what its calls computed for some inputs, or nothing.
nlohmann::ordered_json masks_as_json(const Model& model, const std::vector<bool>& masked,
                                     const std::vector<CallWork>& work);

}  // namespace domino::cli
