#include "tests/layers/docs_page.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace domino::testing {
namespace {

/// The first line in which the file differs from `page`; "" if none does.
std::string stale_line(const std::filesystem::path& path, const std::string& page) {
  std::ifstream file(path);
  std::istringstream lines(page);
  for (int number = 1;; ++number) {
    std::string old;
    std::string now;
    const bool more_old = static_cast<bool>(std::getline(file, old));
    const bool more_now = static_cast<bool>(std::getline(lines, now));
    if (!more_old && !more_now) return "";
    if (old != now || more_old != more_now) {
      return fmt::format("line {}\n  is        {}\n  should be {}", number, old, now);
    }
  }
}

}  // namespace

void expect_page(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(DOMINO_TESTS_DIR) / "../docs" / name;
  if (std::getenv("DOMINO_RENEW_PAGES") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(stale_line(path, text), "")
      << "docs/" << name << " is stale; DOMINO_RENEW_PAGES=1 writes it anew";
}

}  // namespace domino::testing
