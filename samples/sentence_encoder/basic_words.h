#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sentence_encoder {

/// Splits a text into words as BERT's basic tokenizer for uncased models does.
///
/// Control characters and accents go, letters become small, white space separates words; each
/// punctuation mark and each Chinese character is a word of its own. Text and words are UTF-8; throws
/// domino::ValueError for a text that is not.
std::vector<std::string> basic_words(std::string_view text);

}  // namespace sentence_encoder
