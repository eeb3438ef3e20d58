#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "domino/core/dtype.h"
#include "domino/core/error.h"
#include "domino/core/shape.h"

template <>
struct fmt::formatter<domino::Shape> : fmt::formatter<std::string> {
  auto format(const domino::Shape& shape, format_context& ctx) const {
    return fmt::formatter<std::string>::format(domino::to_string(shape), ctx);
  }
};
// fmt would print a Shape as a range.
template <>
struct fmt::is_range<domino::Shape, char> : std::false_type {};

template <>
struct fmt::formatter<domino::DType> : fmt::formatter<std::string_view> {
  auto format(domino::DType dtype, format_context& ctx) const {
    return fmt::formatter<std::string_view>::format(domino::name_of(dtype), ctx);
  }
};

namespace domino {

/// Throws `E` with the formatted text unless `condition` holds. Not installed: fmt stays inside.
template <class E = ShapeError, class... Parts>
void check(bool condition, fmt::format_string<Parts...> text, Parts&&... parts) {
  if (!condition) [[unlikely]] {
    throw E(fmt::format(text, std::forward<Parts>(parts)...));
  }
}

/// Throws `E` with the formatted text.
template <class E, class... Parts>
[[noreturn]] void fail(fmt::format_string<Parts...> text, Parts&&... parts) {
  throw E(fmt::format(text, std::forward<Parts>(parts)...));
}

}  // namespace domino
