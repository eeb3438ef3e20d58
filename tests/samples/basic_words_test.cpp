#include "samples/sentence_encoder/basic_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domino/core/error.h"
#include "tests/error_of.h"

namespace sentence_encoder {
namespace {

using domino::testing::error_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(BasicWordsTest, SplitsAtWhiteSpaceOfAnyKind) {
  EXPECT_THAT(basic_words("a b\tc\nd\re"), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(basic_words("a\u00a0b\u3000c\u2028d\u2003e"), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(basic_words(" \t\u00a0"), IsEmpty());
  EXPECT_THAT(basic_words(""), IsEmpty());
}

TEST(BasicWordsTest, PunctuationMarksAreWords) {
  EXPECT_THAT(basic_words("it's well-made..."),
              ElementsAre("it", "'", "s", "well", "-", "made", ".", ".", "."));
  EXPECT_THAT(basic_words("$a^b`c|d~e"),
              ElementsAre("$", "a", "^", "b", "`", "c", "|", "d", "~", "e"));
  EXPECT_THAT(basic_words("\u201ca\u2014b\u201d"),
              ElementsAre("\u201c", "a", "\u2014", "b", "\u201d"));
}

TEST(BasicWordsTest, OtherSymbolsAreNot) {
  EXPECT_THAT(basic_words("5\u20ac \u00a9x a\u00d7b"),
              ElementsAre("5\u20ac", "\u00a9x", "a\u00d7b"));
}

TEST(BasicWordsTest, LettersBecomeSmallAndLoseTheirAccents) {
  EXPECT_THAT(basic_words("Cr\u00c8ME cre\u0300me"), ElementsAre("creme", "creme"));
  EXPECT_THAT(basic_words("\u0401\u043b\u043a\u0430 \u0130"),
              ElementsAre("\u0435\u043b\u043a\u0430", "i"));
  EXPECT_THAT(basic_words("\u00d8 \u00df"), ElementsAre("\u00f8", "\u00df"));
  EXPECT_THAT(basic_words("\u0301 a"), ElementsAre("a"));
}

TEST(BasicWordsTest, ChineseCharactersAreWordsAndHangulIsTakenApart) {
  EXPECT_THAT(basic_words("a\u6f22\u5b57b\u3042\u3044"),
              ElementsAre("a", "\u6f22", "\u5b57", "b\u3042\u3044"));
  EXPECT_THAT(basic_words("\ud55c"), ElementsAre("\u1112\u1161\u11ab"));
}

TEST(BasicWordsTest, ControlCharactersGo) {
  EXPECT_THAT(basic_words(std::string_view("a\0b\x07"
                                           "c\vd\fe",
                                           9)),
              ElementsAre("abcde"));
  EXPECT_THAT(basic_words("a\u200bb\u00adc\ufffdd\ue000e"), ElementsAre("abcde"));
  EXPECT_THAT(basic_words("a\u0378b"), ElementsAre("a\u0378b"));  // not assigned, so it stays
}

TEST(BasicWordsTest, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(error_of([] { return basic_words("caf\xe9"); }), "the text is not UTF-8: caf\xe9");
}

}  // namespace
}  // namespace sentence_encoder
