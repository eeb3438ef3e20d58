#pragma once

#include <cstdint>
#include <string_view>

#include "domino/layers/preprocessing/index_lookup.h"

namespace domino::layers {

using IntegerLookupOptions = IndexLookupOptions<std::int64_t>;

/// Turns integers into their indices in a vocabulary, or with `invert` indices into integers.
///
/// As StringLookup; floats are cut. More than one index for unknown numbers is chosen by their rest
/// modulo num_oov_indices, or with an `oov_method` of "farmhash" by a hash of their decimal text.
/// Keras: keras/src/layers/preprocessing/integer_lookup.py; without what StringLookup lacks too.
class IntegerLookup final : public IndexLookupLayer<IntegerLookup, std::int64_t> {
 public:
  static constexpr std::string_view kType = "IntegerLookup";
  explicit IntegerLookup(IntegerLookupOptions options = {});
};

}  // namespace domino::layers
