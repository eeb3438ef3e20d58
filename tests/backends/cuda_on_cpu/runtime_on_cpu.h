#pragma once

#include <cstdint>

namespace domino::cuda {

/// How many copies to a device this process has made.
std::int64_t upload_count();
/// How many graphs it has captured, how often it has replayed one, and how many there are.
std::int64_t capture_count();
std::int64_t replay_count();
std::int64_t graph_count();

}  // namespace domino::cuda
