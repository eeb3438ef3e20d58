#pragma once

#include "domino/core/config.h"

namespace domino {

/// A model's configuration with recurrent layers as loops where Keras 3.15, unrolling them backwards,
/// zeroes other steps than those that are masked. Loops compute the same.
Config as_loops(const Config& serialized);

}  // namespace domino
