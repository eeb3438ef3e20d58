#pragma once

#include "domino/backends/backend.h"

/// A pretended device: host memory that refuses host access, so that code which reads a tensor where
/// it lies is found without a GPU.
namespace domino::guarded {

/// The backend "guarded": the reference kernels, on memory that only they may touch.
///
/// `data<T>()` of its tensors throws DeviceError, and the address that their storage gives away
/// faults when it is followed.
const Backend& guarded_backend();

}  // namespace domino::guarded
