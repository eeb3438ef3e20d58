#pragma once

#include <cstddef>

/// What CUDA says of a machine, and what users are told of it.
namespace domino::cuda {

struct Machine {
  int devices = 0;
  bool driver_is_too_old = false;  ///< says the runtime, also where there is no driver
  int driver = 0;                  ///< the CUDA that it has, 13000 for 13.0; 0: there is none
  int needed = 0;                  ///< the CUDA that Domino is linked with
};

/// Throws DeviceError if there is no device that can be used, saying why.
void check_machine(const Machine& machine);

/// Throws DeviceError.
[[noreturn]] void fail_for_memory(std::size_t bytes, std::size_t free, std::size_t all);

}  // namespace domino::cuda
