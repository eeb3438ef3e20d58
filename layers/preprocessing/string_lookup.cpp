#include "domino/layers/preprocessing/string_lookup.h"

#include <utility>

namespace domino::layers {

StringLookup::StringLookup(StringLookupOptions options) : IndexLookupLayer(std::move(options)) {}

}  // namespace domino::layers
