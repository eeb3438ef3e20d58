#pragma once

#include <cstdint>
#include <vector>

#include "domino/graph/model.h"

namespace domino {

/// What one call of a graph computed in a run.
struct CallWork {
  const Dag* dag = nullptr;  ///< that of the model, or of one nested in it
  int vertex = 0;
  /// For so many steps its largest op was carried out, those on masks aside (backends/work.h).
  std::int64_t rows = 0;
  double flops = 0;  ///< of all its ops
};

/// Predicts, and counts for each call what was computed, in the order in which they ran; a call in
/// several batches adds up. What a nested model's calls compute counts for them.
std::vector<CallWork> count_work(const Model& model, const Tensors& inputs,
                                 const PredictOptions& options = {});

}  // namespace domino
