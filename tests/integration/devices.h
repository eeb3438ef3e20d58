#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "domino/backends/backend.h"

namespace domino::testing {

/// The devices on which whole models are tested: the host, and "cuda" where it is a backend.
inline std::vector<std::string> devices() {
  std::vector<std::string> names{"cpu"};
  if (std::ranges::count(available_backends(), "cuda") > 0) names.emplace_back("cuda");
  return names;
}

}  // namespace domino::testing
