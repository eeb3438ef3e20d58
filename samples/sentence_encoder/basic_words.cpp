#include "basic_words.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "domino/core/error.h"

namespace sentence_encoder {

namespace {

using Character = utf8proc_int32_t;

/// The characters of a text, with accents behind their letters (NFD).
std::vector<Character> decomposed(std::string_view text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  const auto decompose = [&](std::vector<Character>& into) {
    return utf8proc_decompose(bytes, size, into.data(), static_cast<utf8proc_ssize_t>(into.size()),
                              UTF8PROC_DECOMPOSE);
  };
  std::vector<Character> characters;
  const utf8proc_ssize_t count = decompose(characters);
  if (count < 0) throw domino::ValueError("the text is not UTF-8: " + std::string(text));
  characters.resize(static_cast<std::size_t>(count));
  decompose(characters);
  return characters;
}

bool is_space(Character c) {
  const utf8proc_category_t category = utf8proc_category(c);
  return c == '\t' || c == '\n' || c == '\r' ||
         (UTF8PROC_CATEGORY_ZS <= category && category <= UTF8PROC_CATEGORY_ZP);
}

/// Control characters and accents. Characters that Unicode has not assigned stay.
bool is_dropped(Character c) {
  constexpr Character kReplacement = 0xFFFD;
  const utf8proc_category_t category = utf8proc_category(c);
  return c == kReplacement || category == UTF8PROC_CATEGORY_MN ||
         (UTF8PROC_CATEGORY_CC <= category && category <= UTF8PROC_CATEGORY_CO);
}

/// Unicode's punctuation, and what else ASCII has between its letters, such as `$` and `^`.
bool is_punctuation(Character c) {
  const utf8proc_category_t category = utf8proc_category(c);
  const bool ascii_symbol =
      c < 0x80 && UTF8PROC_CATEGORY_SM <= category && category <= UTF8PROC_CATEGORY_SO;
  return ascii_symbol || (UTF8PROC_CATEGORY_PC <= category && category <= UTF8PROC_CATEGORY_PO);
}

/// The blocks that BERT counts as Chinese; a name of characters, not of a language.
bool is_chinese(Character c) {
  struct Block {
    Character first;
    Character last;
  };
  constexpr std::array<Block, 8> kBlocks = {{{0x4E00, 0x9FFF},
                                             {0x3400, 0x4DBF},
                                             {0x20000, 0x2A6DF},
                                             {0x2A700, 0x2B73F},
                                             {0x2B740, 0x2B81F},
                                             {0x2B920, 0x2CEAF},
                                             {0xF900, 0xFAFF},
                                             {0x2F800, 0x2FA1F}}};
  return std::ranges::any_of(
      kBlocks, [c](const Block& block) { return block.first <= c && c <= block.last; });
}

std::string to_utf8(Character c) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const utf8proc_ssize_t count = utf8proc_encode_char(c, bytes.data());
  return {bytes.begin(), bytes.begin() + count};
}

}  // namespace

std::vector<std::string> basic_words(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  for (const Character c : decomposed(text)) {
    const bool space = is_space(c);
    if (!space && is_dropped(c)) continue;
    const bool alone = is_punctuation(c) || is_chinese(c);
    if (!space && !(in_word && !alone)) words.emplace_back();
    if (!space) words.back() += to_utf8(utf8proc_tolower(c));
    in_word = !space && !alone;
  }
  return words;
}

}  // namespace sentence_encoder
