#pragma once

#include <string>

#include "domino/core/error.h"

namespace domino::testing {

/// The text of the `E` that `action` throws; "no error" if it throws none.
template <class E = Error, class Action>
std::string error_of(Action action) {
  try {
    static_cast<void>(action());
  } catch (const E& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace domino::testing
