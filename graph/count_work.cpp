#include "domino/graph/count_work.h"

#include <algorithm>
#include <utility>

#include "domino/backends/backend.h"
#include "domino/backends/work.h"
#include "domino/graph/call_observer.h"

namespace domino {
namespace {

/// The ops of one call, as they are heard.
struct CallInProgress {
  double flops = 0;
  Work largest;

  void hear(const Work& work, bool of_masks) {
    flops += work.flops;
    if (!of_masks && work.flops > largest.flops) largest = work;
  }
};

}  // namespace

std::vector<CallWork> count_work(const Model& model, const Tensors& inputs,
                                 const PredictOptions& options) {
  std::vector<CallWork> calls;
  CallInProgress now;
  const OpObserver ops([&](const op::Operation& operation, std::string_view, op::Inputs operands) {
    const bool of_masks = !operands.empty() && operands[0].dtype() == DType::Bool;
    now.hear(work_of(operation, operands), of_masks);
  });
  const CallObserver ends([&](const Dag& dag, int vertex, const Tensors&) {
    const CallInProgress ended = std::exchange(now, {});
    auto call = std::ranges::find_if(
        calls, [&](const CallWork& each) { return each.dag == &dag && each.vertex == vertex; });
    if (call == calls.end()) call = calls.insert(calls.end(), {&dag, vertex});
    call->rows += ended.largest.rows;
    call->flops += ended.flops;
  });
  static_cast<void>(model.predict(inputs, options));
  return calls;
}

}  // namespace domino
