#include <algorithm>

#include "domino/core/check.h"
#include "domino/io/shown_name_internal.h"

namespace domino {

std::string shown_name(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  std::size_t end = std::min(name.size(), kLongest);
  while (end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  std::string text = "'";
  for (const char c : name.substr(0, end)) {
    const auto byte = static_cast<unsigned char>(c);
    text += byte < 0x20 || byte == 0x7F ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return text + (name.size() > end ? "...'" : "'");
}

}  // namespace domino
