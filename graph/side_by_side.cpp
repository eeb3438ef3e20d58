#include <array>
#include <cstdint>
#include <exception>

#include "domino/backends/backend.h"
#include "domino/backends/execution.h"
#include "domino/core/threads.h"
#include "domino/graph/call_observer.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/session.h"
#include "domino/graph/side_by_side_internal.h"

namespace domino {

void side_by_side(const std::function<void()>& first, const std::function<void()>& second) {
  const Backend& backend = current_backend();
  const bool is_followed =
      OpObserver::is_any() || CallObserver::is_any() || Session::current() != nullptr;
  if (thread_count() == 1 || backend.device() != Device::Host || is_followed) {
    first();
    second();
    return;
  }
  const Execution own = execution();
  const MaskRules rules = current_rules();
  std::array<std::exception_ptr, 2> errors;
  parallel_for(2, 1, [&](std::int64_t begin, std::int64_t end) {
    const BackendScope on(backend);
    const ExecutionScope as(own);
    const RulesScope by(rules);
    for (std::int64_t i = begin; i < end; ++i) {
      try {
        i == 0 ? first() : second();
      } catch (...) {
        errors[static_cast<std::size_t>(i)] = std::current_exception();
      }
    }
  });
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace domino
