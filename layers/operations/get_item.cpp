#include <algorithm>
#include <limits>

#include "domino/core/check.h"
#include "domino/layers/operations/operation_kinds_internal.h"

namespace domino::layers {
namespace {

bool is_class(const Config& part, std::string_view name) {
  const Config* type = part.is_object() ? part.find("class_name") : nullptr;
  return type != nullptr && *type == Config(name);
}

bool takes_axis(const Config& part) { return !part.is_null() && !is_class(part, "__ellipsis__"); }

Tensor sliced(const Tensor& x, int axis, const Config& bounds) {
  const auto bound = [&](std::string_view key) -> std::optional<std::int64_t> {
    const Config* value = bounds.find(key);
    if (value == nullptr || value->is_null()) return std::nullopt;
    return value->as_int();
  };
  const std::int64_t step = bound("step").value_or(1);
  const std::int64_t first = step > 0 ? 0 : std::numeric_limits<std::int32_t>::max();
  return ops::slice(
      x,
      {.axis = axis, .begin = bound("start").value_or(first), .end = bound("stop"), .step = step});
}

}  // namespace

Tensor get_item(const Tensor& x, const Config& key, const OperationArguments& in) {
  Config::Array parts = key.is_array() ? key.as_array() : Config::Array{key};
  const auto ellipsis = [](const Config& part) { return is_class(part, "__ellipsis__"); };
  if (std::ranges::none_of(parts, ellipsis)) {
    parts.push_back(Config::object({{"class_name", "__ellipsis__"}}));
  }
  const auto named = static_cast<int>(std::ranges::count_if(parts, takes_axis));
  check(named <= x.rank(), "x[{}] names {} axes, got {}", key.to_json(), named, x.shape());
  Tensor result = ops::copy(x);
  int axis = 0;
  for (const Config& part : parts) {
    check<ValueError>(!in.is_tensor(part), "an index that is a tensor is not supported; use take");
    if (part.is_null()) {
      result = ops::expand_dims(result, axis++);
    } else if (ellipsis(part)) {
      axis += x.rank() - named;
    } else if (is_class(part, "__slice__")) {
      result = sliced(result, axis++, part.at("config"));
    } else {
      check<ValueError>(part.is_int(), "an index {} is not supported", part.to_json());
      result = ops::select(result, axis, part.as_int());
    }
  }
  return result;
}

}  // namespace domino::layers
