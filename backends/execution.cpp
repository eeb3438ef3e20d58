#include "domino/backends/execution.h"

#include <utility>

namespace domino {
namespace {

thread_local Execution of_thread;

}  // namespace

const Execution& execution() { return of_thread; }
ExecutionScope::ExecutionScope(const Execution& execution)
    : before_(std::exchange(of_thread, execution)) {}
ExecutionScope::~ExecutionScope() { of_thread = before_; }

}  // namespace domino
