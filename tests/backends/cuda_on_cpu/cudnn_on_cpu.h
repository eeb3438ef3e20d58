#pragma once

namespace domino::cuda {

/// Whether this program has cuDNN, and how often it was asked for a recurrence.
inline bool cudnn_is_there = true;
inline int cudnn_runs = 0;

}  // namespace domino::cuda
