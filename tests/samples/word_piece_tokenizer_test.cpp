#include "samples/sentence_encoder/word_piece_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "domino/core/error.h"
#include "tests/error_of.h"
#include "tests/io/temporary_folder.h"

namespace sentence_encoder {
namespace {

using domino::IoError;
using domino::ValueError;
using domino::testing::error_of;
using ::testing::ElementsAre;

const std::filesystem::path kTiny =
    std::filesystem::path(DOMINO_TESTS_DIR).parent_path() / "samples/sentence_encoder/tiny";
constexpr std::size_t kUncut = 1000;

class WordPieceTokenizerTest : public domino::FolderTest {
 protected:
  // [PAD] [UNK] [CLS] [SEP] [MASK] are 0 to 4
  const std::filesystem::path vocabulary_ = write(
      "vocab.txt",
      "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##aff\n##able\nunable\n\u00f8\n##\u00f8\n##a\na\n");
  const WordPieceTokenizer tokenize_{vocabulary_, 8};
};

TEST_F(WordPieceTokenizerTest, TakesTheLongestPieceEachTime) {
  EXPECT_THAT(tokenize_("unaffable"), ElementsAre(2, 5, 6, 7, 3));
  EXPECT_THAT(tokenize_("Unable un"), ElementsAre(2, 8, 5, 3));
  EXPECT_THAT(tokenize_("\u00d8\u00f8a"), ElementsAre(2, 9, 10, 11, 3));
  EXPECT_THAT(tokenize_(""), ElementsAre(2, 3));
}

TEST_F(WordPieceTokenizerTest, AWordThatNoPiecesMakeUpIsUnknown) {
  EXPECT_THAT(tokenize_("unaffected able un"), ElementsAre(2, 1, 1, 5, 3));
  EXPECT_THAT(tokenize_("\u2603 un\u2603"), ElementsAre(2, 1, 1, 3));
}

TEST_F(WordPieceTokenizerTest, ALongWordIsUnknown) {
  const WordPieceTokenizer tokenize(vocabulary_, kUncut);
  EXPECT_EQ(tokenize(std::string(100, 'a')).size(), 102U);
  EXPECT_THAT(tokenize(std::string(101, 'a')), ElementsAre(2, 1, 3));
}

TEST_F(WordPieceTokenizerTest, SpecialTokensMayBeWrittenOut) {
  EXPECT_THAT(tokenize_("un[MASK]a [SEP][PAD]"), ElementsAre(2, 5, 4, 12, 3, 0, 3));
  EXPECT_THAT(tokenize_("[mask]"), ElementsAre(2, 1, 1, 1, 3));
}

TEST_F(WordPieceTokenizerTest, LongSentencesAreCut) {
  EXPECT_THAT(tokenize_("a a a a a a"), ElementsAre(2, 12, 12, 12, 12, 12, 12, 3));
  EXPECT_THAT(tokenize_("a a a a a a un"), ElementsAre(2, 12, 12, 12, 12, 12, 12, 3));
  EXPECT_EQ(error_of<ValueError>([&] { WordPieceTokenizer(vocabulary_, 1); }),
            "max_length has to leave room for [CLS] and [SEP]");
}

TEST_F(WordPieceTokenizerTest, SaysWhatIsWrongWithTheVocabulary) {
  EXPECT_EQ(error_of<IoError>([] { WordPieceTokenizer("no/such.txt", kUncut); }),
            "cannot read 'no/such.txt'");
  const auto file = write("words.txt", "[PAD]\n[UNK]\n[CLS]\nword\n");
  EXPECT_EQ(error_of<IoError>([&] { WordPieceTokenizer(file, kUncut); }),
            "'" + file.string() + "' lacks the token [SEP]");
}

// expected.json has what PyPI `tokenizers` gave for reviews and for texts that are hard.
TEST(RecordedTokensTest, AreTheSame) {
  const WordPieceTokenizer tokenize(kTiny / "vocab.txt", kUncut);
  std::ifstream file(kTiny / "expected.json");
  const nlohmann::json rows = nlohmann::json::parse(file);
  EXPECT_EQ(rows.size(), 197U);
  for (const nlohmann::json& row : rows) {
    const auto text = row.at("text").get<std::string>();
    EXPECT_EQ(tokenize(text), row.at("ids").get<std::vector<int>>()) << text;
  }
}

}  // namespace
}  // namespace sentence_encoder
