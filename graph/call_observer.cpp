#include "domino/graph/call_observer.h"

#include <utility>

namespace domino {
namespace {

thread_local CallObserver* innermost = nullptr;

}  // namespace

CallObserver::CallObserver(Hear hear)
    : hear_(std::move(hear)), outer_(std::exchange(innermost, this)) {}

CallObserver::~CallObserver() { innermost = outer_; }

bool CallObserver::is_any() { return innermost != nullptr; }

void CallObserver::tell(const Dag& dag, int vertex, const Tensors& outputs) {
  for (const CallObserver* each = innermost; each != nullptr; each = each->outer_) {
    each->hear_(dag, vertex, outputs);
  }
}

}  // namespace domino
