#pragma once

// Included before Highway's headers. Targets whose vectors have no size at compile time cannot be
// kept in arrays; SSSE3 alone gains little over the fallback for the code that it adds.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
