#include <algorithm>
#include <set>
#include <vector>

#include "domino/backends/meta/trace.h"
#include "domino/core/error.h"
#include "domino/graph/model_graph_internal.h"
#include "domino/graph/passes/mask_use_internal.h"

namespace domino {
namespace {

bool leaves_masks_to_layers_inside(const Layer& layer) {
  return layer.is_model() || layer.type() == "TimeDistributed";
}

/// The call with a mask of the first `axes` axes on each tensor that has none.
Call<EdgeFacts> all_masked(Call<EdgeFacts> call, int axes) {
  for (auto& argument : call.arguments) {
    for (EdgeFacts& tensor : argument) {
      const int count = std::min(axes, tensor.shape.rank());
      if (tensor.mask) continue;
      tensor =
          masked_input(tensor, {{tensor.shape.begin(), tensor.shape.begin() + count}, DType::Bool});
    }
  }
  return call;
}

std::vector<ValueNumber> computed_values(const Layer& layer, const Call<EdgeFacts>& call,
                                         MaskRules rules) {
  std::vector<ValueNumber> values;
  for (const EdgeFacts& output : infer_call(layer, call, rules).outputs) {
    values.push_back(output.value);
  }
  return values;
}

}  // namespace

bool uses_mask(const Layer& layer, const Call<EdgeFacts>& call,
               const std::pair<std::size_t, std::size_t>& place, MaskRules rules) {
  if (!leaves_masks_to_layers_inside(layer)) return true;
  const meta::TracePause trying;
  const auto& [parameter, position] = place;
  const int rank = call.arguments[parameter][position].shape.rank();
  // A mask of (batch, steps), or of all axes but that of the features.
  for (const int axes : std::set{2, std::max(rank - 1, 2)}) {
    const Call<EdgeFacts> masked = all_masked(call, axes);
    Call<EdgeFacts> unmasked = masked;
    unmasked.arguments[parameter][position].mask.reset();
    try {
      if (computed_values(layer, masked, rules) != computed_values(layer, unmasked, rules)) {
        return true;
      }
    } catch (const Error&) {
      // No layer inside can use a mask that does not fit.
    }
  }
  return false;
}

}  // namespace domino
