#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string_view>

namespace domino::testing {

/// Notes how far `what` was from what was expected: the property "error.<what>" of the running test.
inline void record_error(std::string_view what, double error) {
  ::testing::Test::RecordProperty(fmt::format("error.{}", what), fmt::format("{:.2g}", error));
}

}  // namespace domino::testing
