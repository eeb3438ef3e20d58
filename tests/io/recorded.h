#pragma once

#include <filesystem>
#include <string_view>

namespace domino::testing {

/// A file that tests/io/record.py wrote with Keras.
inline std::filesystem::path recorded(std::string_view name) {
  return std::filesystem::path(DOMINO_TESTS_DIR "/io/data") / name;
}

}  // namespace domino::testing
