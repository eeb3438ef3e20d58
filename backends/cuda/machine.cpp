#include "domino/backends/cuda/machine.h"

#include <string>

#include "domino/core/check.h"

namespace domino::cuda {
namespace {

/// "13.0" of 13000.
std::string version_text(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

}  // namespace

void check_machine(const Machine& machine) {
  check<DeviceError>(!machine.driver_is_too_old || machine.driver == 0,
                     "the CUDA driver is too old: it has CUDA {}, but needs {}; update it, or take "
                     "cpu",
                     version_text(machine.driver), version_text(machine.needed));
  check<DeviceError>(machine.devices > 0, "no CUDA device; take cpu");
}

void fail_for_memory(std::size_t bytes, std::size_t free, std::size_t all) {
  fail<DeviceError>(
      "cuda: no memory for {} bytes; {} of {} bytes are free; a smaller batch_size needs less",
      bytes, free, all);
}

}  // namespace domino::cuda
