#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace domino::onednn {

/// One axis of a copy: its size, and the elements between neighbours where the numbers come from.
struct CopyAxis {
  std::int64_t size;
  std::int64_t stride;
};

/// Fills `to`, row-major over `axes`, with the elements of `from` that the strides lead to (0 for an
/// axis that repeats, negative for one that is read backwards). An element has 1, 2, 4 or 8 bytes.
void strided_copy(const std::byte* from, const std::vector<CopyAxis>& axes,
                  std::size_t element_size, std::byte* to);

}  // namespace domino::onednn
