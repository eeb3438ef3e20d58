#pragma once

#include <string>

namespace domino::testing {

/// Expects that docs/<name> says `text`, naming the first line that differs; with DOMINO_RENEW_PAGES set
/// the page is written anew.
void expect_page(const std::string& name, const std::string& text);

}  // namespace domino::testing
