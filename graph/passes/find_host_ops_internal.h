#pragma once

#include "domino/backends/meta/trace.h"
#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// Notes for each call which of its ops run on the host whatever the device (MaskPlan::Vertex::on_host),
/// walking back from what it gives to what it was given.
void find_host_ops(MaskPlan& plan, const meta::Trace& trace);

}  // namespace domino
