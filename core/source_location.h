#pragma once

namespace domino {

/// The user's line: a default argument `SourceLocation where = SourceLocation::current()` is the
/// place of the call. (clang 14 lacks std::source_location.)
struct SourceLocation {
  const char* file = "";
  int line = 0;

  static constexpr SourceLocation current(const char* file = __builtin_FILE(),
                                          int line = __builtin_LINE()) {
    return {file, line};
  }
};

}  // namespace domino
