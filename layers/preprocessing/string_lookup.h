#pragma once

#include <string>
#include <string_view>

#include "domino/layers/preprocessing/index_lookup.h"

namespace domino::layers {

using StringLookupOptions = IndexLookupOptions<std::string>;

/// Turns strings into the indices of terms in a vocabulary, or with `invert` indices into terms.
///
/// Any shape. Index 0 is that of `mask_token`, if there is one; then come `num_oov_indices` for unknown
/// strings, which are an error if that is 0, and hashed (FarmHash64, or SipHash under `salt`) if it is
/// more than 1; then the terms. Other modes than "int" have no index for the mask token, and give rows
/// as wide as the vocabulary, or `max_tokens` with `pad_to_max_tokens`: see encode_categories.
/// Indices and counts are int64; "tf_idf" gives counts times `idf_weights`, float32, which are in the
/// options or in a file of weights, and count as no weights, as in Keras. A mask ends here, with a
/// warning.
///
/// The vocabulary is in the options. If Keras learned it, or read it from a file, it is the file
/// `vocabulary.txt` of the layer's assets instead: a term per line, special ones in front. Keras:
/// keras/src/layers/preprocessing/string_lookup.py; without adapt(), files, other encodings than UTF-8,
/// sparse and ragged tensors.
class StringLookup final : public IndexLookupLayer<StringLookup, std::string> {
 public:
  static constexpr std::string_view kType = "StringLookup";
  explicit StringLookup(StringLookupOptions options = {});
};

}  // namespace domino::layers
