#pragma once

#include <cstddef>
#include <cstdint>

#include "domino/backends/cuda/machine.h"

namespace domino::cuda {

/// What runtime_on_cpu.cpp says that there is; a test that changes it sets it back.
struct Pretended {
  Machine machine{.devices = 2, .driver_is_too_old = false, .driver = 13000, .needed = 13000};
  std::size_t memory = SIZE_MAX;  ///< the most bytes of a tensor
};
Pretended& pretended();

}  // namespace domino::cuda
