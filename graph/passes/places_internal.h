#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "domino/backends/meta/trace.h"

/// Places are what a mask keeps or hides: the steps of all sequences. `places` says how many there are.
namespace domino {

/// How many leading axes of `shape` are the places; none if no number is.
std::optional<int> axes_of_places(const Shape& shape, std::int64_t places);

/// Whether the first axes of both are the places, and the same ones.
bool same_places(const Shape& a, const Shape& b, std::int64_t places);

/// Whether an op makes each place of its result from the same place of operand `i`. True of no op on
/// which backends/packing.h would not run on rows.
bool keeps_places(const meta::Trace::Step& step, std::size_t i, std::int64_t places);

}  // namespace domino
