#pragma once

#include "domino/core/error.h"

namespace domino::cuda {

/// For destructors, and for what can be done without: what fails there fails again at the next call, if the
/// runtime has not ended before them.
template <class F>
void quietly(F f) noexcept {
  try {
    f();
  } catch (const DeviceError&) {  // NOLINT(bugprone-empty-catch)
  }
}

}  // namespace domino::cuda
