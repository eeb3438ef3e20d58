#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "domino/core/row_map.h"

/// What the host decides of a mask or a map serves many layers: it is kept beside the memory of that mask or map,
/// and goes with it.
namespace domino::plans {

/// The same text again means the same places, and the same numbers there.
std::string identity(const Tensor& x);
std::string identity(const RowMap& map);

/// Where to keep what is made of `x`, which may be undefined, or of `map`, which may be null; then null.
Storage* beside(const Tensor& x);
Storage* beside(const SharedRowMap& map);

namespace detail {
std::shared_ptr<void> kept(Storage& memory, const std::string& key,
                           const std::function<std::shared_ptr<void>()>& make);
}

/// What `make()` gives or gave, if that is one of the last few things that were kept beside `memory` (null keeps
/// nothing). `key` names all that it was made from. It may not hold `memory`, nor the map that lies there.
template <class Make>
auto kept(Storage* memory, const std::string& key, const Make& make) {
  using Made = std::invoke_result_t<Make>;
  const auto make_shared = [&] { return std::make_shared<Made>(make()); };
  if (memory == nullptr) return std::shared_ptr<const Made>(make_shared());
  return std::static_pointer_cast<const Made>(detail::kept(*memory, key, make_shared));
}

}  // namespace domino::plans
