#pragma once

#include "domino/backends/backend.h"

namespace domino::onednn {

/// The backend "onednn": computes on the host with oneDNN's products and convolutions and with
/// kernels of its own, chosen at run time for the processor's vectors.
///
/// Made for float32 data, int32 and int64 ids and bool masks; whatever else comes is carried out by
/// the kernels of "reference". Numbers of one call do not depend on how many calls run beside it.
const Backend& onednn_backend();

}  // namespace domino::onednn
