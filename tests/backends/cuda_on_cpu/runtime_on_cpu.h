#pragma once

#include <cstdint>

namespace domino::cuda {

/// How many copies to a device this process has made.
std::int64_t upload_count();

}  // namespace domino::cuda
