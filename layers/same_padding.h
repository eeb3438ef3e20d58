#pragma once

#include <cstdint>
#include <string_view>

namespace domino::layers {

/// Steps put in front of a sequence and behind it.
struct StepPadding {
  std::int64_t before = 0;
  std::int64_t after = 0;
};

/// True for "same", false for "valid". Throws ValueError naming `layer` for another word.
bool is_same(std::string_view layer, std::string_view padding);

/// What padding "same" adds to `steps`, so that windows of `width` steps, `stride` apart, are as many
/// as strides fit. The odd step comes behind: TensorFlow's rule.
StepPadding same_padding(std::int64_t steps, std::int64_t width, std::int64_t stride);

}  // namespace domino::layers
