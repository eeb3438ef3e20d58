// These tests need a GPU. Without one the program ends with 77, for "skipped"; one that cannot be used is a
// failure.

#include <gmock/gmock.h>

#include <iostream>
#include <optional>
#include <string>

#include "domino/backends/backend.h"
#include "domino/core/error.h"

namespace domino {
namespace {

constexpr int kFailed = 1;
constexpr int kSkipped = 77;

/// Why "cuda" cannot be used, if it cannot.
std::optional<std::string> obstacle() {
  try {
    backend("cuda");
    return std::nullopt;
  } catch (const DeviceError& error) {
    return error.message();
  }
}

}  // namespace
}  // namespace domino

int main(int count, char** words) {
  ::testing::InitGoogleMock(&count, words);
  const auto obstacle = domino::obstacle();
  if (!obstacle) return RUN_ALL_TESTS();
  std::cerr << *obstacle << '\n';
  return obstacle->starts_with("no CUDA") ? domino::kSkipped : domino::kFailed;
}
