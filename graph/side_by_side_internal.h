#pragma once

#include <functional>

namespace domino {

/// Calls both, on up to two threads, and returns when both are done; what is set for this thread - its
/// backend, execution and mask rules - holds for them. One after the other if there is one thread alone, the
/// numbers are not on the host, or somebody follows this thread's calls.
///
/// Inside them `thread_count()` is 1. If both throw, the exception of the first is rethrown here.
void side_by_side(const std::function<void()>& first, const std::function<void()>& second);

}  // namespace domino
