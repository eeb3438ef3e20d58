#pragma once

#include <utility>

#include "domino/graph/invoke.h"

namespace domino {

/// Whether a layer whose call takes masks does something with that of one of its tensors.
///
/// Most do. A model and TimeDistributed hand it to layers inside, so they do if what they compute
/// depends on it. `call` carries the masks that it is given; a tensor without is tried with one.
/// `place` is the tensor: a parameter, and a position in it.
bool uses_mask(const Layer& layer, const Call<EdgeFacts>& call,
               const std::pair<std::size_t, std::size_t>& place, MaskRules rules);

}  // namespace domino
