#include "domino/io/unrolled_layers_internal.h"

#include <string_view>
#include <utility>

namespace domino {
namespace {

bool is_bidirectional(const Config& object) {
  const Config* type = object.find("class_name");
  return type != nullptr && *type == Config("Bidirectional");
}

/// `in_both`: inside Bidirectional one of the two directions is backward, and zeroes masked steps.
Config as_loops(const Config& value, bool in_both) {
  if (value.is_array()) {
    Config::Array items;
    for (const Config& item : value.as_array()) items.push_back(as_loops(item, in_both));
    return items;
  }
  if (!value.is_object()) return value;
  const bool both = in_both || is_bidirectional(value);
  Config result = Config::object();
  for (const auto& [key, member] : value.as_object()) result.set(key, as_loops(member, both));
  const bool zeroes =
      both || (value.is_true("go_backwards") && value.is_true("zero_output_for_mask"));
  if (value.is_true("unroll") && value.is_true("return_sequences") && zeroes) {
    result.set("unroll", false);
  }
  return result;
}

}  // namespace

Config as_loops(const Config& serialized) { return as_loops(serialized, false); }

}  // namespace domino
