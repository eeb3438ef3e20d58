#pragma once

#include <memory>

#include "domino/backends/op.h"
#include "domino/core/host_device.h"

namespace domino::cuda {

/// What a kernel does with a number that its op refuses, such as an index past the end: it cannot throw.
struct Refusal {
  bool* flag = nullptr;  ///< null if nobody asks
  DOMINO_HOST_DEVICE void note() const {
    if (flag != nullptr) *flag = true;
  }
};

/// For the kernels of one call of an op. If they note anything, `throw_refused` throws what the reference
/// throws for this call, in the name of those who call now. Keeps the inputs until then. If the call is one
/// on rows, it is the whole one that counts: a row that no place shows may be anything.
Refusal watch(const op::Operation& operation, op::Inputs inputs);

/// Throws for the first call of this thread that refused something, and forgets all. Waits for the
/// kernels if any call is watched.
void throw_refused();

/// What this thread's calls refuse within the scope is forgotten at its end, if an error left it there;
/// what they refused before is kept.
class RefusalScope {
 public:
  RefusalScope();
  RefusalScope(const RefusalScope&) = delete;
  RefusalScope& operator=(const RefusalScope&) = delete;

 private:
  std::shared_ptr<void> before_;
};

}  // namespace domino::cuda
