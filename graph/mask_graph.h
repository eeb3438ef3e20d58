#pragma once

#include <string>
#include <vector>

#include "domino/graph/model.h"

namespace domino {

/// The graph of a model with the ways of its masks, in the DOT language of Graphviz
/// (https://graphviz.org/doc/info/lang.html); `dot -Tsvg` draws it.
///
/// A box for each call; edges that carry a mask have the mask's colour. Calls that make, use or lose a
/// mask are coloured, and so are those that run unmasked because of a loss; a legend says how. Models
/// inside the model are one box each. The operations by which a file computes a mask once more
/// (`NotEqual`, ...) are left out: an edge from the mask's maker stands for them.
/// `masked` says per input whether it will carry a mask of its own.
std::string mask_graph(const Model& model, const std::vector<bool>& masked = {});

}  // namespace domino
