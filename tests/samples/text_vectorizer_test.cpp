#include "samples/reviews/text_vectorizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "domino/core/error.h"
#include "tests/error_of.h"
#include "tests/io/temporary_folder.h"

namespace domino {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TextVectorizerTest : public FolderTest {
 protected:
  // 0 '', 1 [UNK], 2 the, 3 its, 4 É (as it is), 5 a word with a no-break space, 6 '1990s', 7 with \r
  const TextVectorizer vectorize_{
      write("vocabulary.txt", "\n[UNK]\nthe\nits\n\u00c9\na\u00a0b\n1990s\nr\r\nlast")};
};

TEST_F(TextVectorizerTest, SplitsAtWhiteSpaceOnly) {
  EXPECT_THAT(vectorize_("the its"), ElementsAre(2, 3));
  EXPECT_THAT(vectorize_(" \t the\n\v\f\r its\t"), ElementsAre(2, 3));
  EXPECT_THAT(vectorize_("a\u00a0b"), ElementsAre(5));
  EXPECT_THAT(vectorize_("the\u00a0its"), ElementsAre(1));
  EXPECT_THAT(vectorize_("the\u2003its \x1f"), ElementsAre(1, 1));
}

TEST_F(TextVectorizerTest, GivesNoTokensForNoWords) {
  EXPECT_THAT(vectorize_(""), IsEmpty());
  EXPECT_THAT(vectorize_(" \t\r\n "), IsEmpty());
  EXPECT_THAT(vectorize_("!"), IsEmpty());
  EXPECT_THAT(vectorize_("-- ... '' !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"), IsEmpty());
}

TEST_F(TextVectorizerTest, RemovesPunctuationWithoutASpace) {
  EXPECT_THAT(vectorize_("it's (the) I-T_S"), ElementsAre(3, 2, 3));
  EXPECT_THAT(vectorize_("!\"#$%&'()*+,-./t:;<=>?@h[\\]^_`e{|}~"), ElementsAre(2));
  EXPECT_THAT(vectorize_("the - its"), ElementsAre(2, 3));
  EXPECT_THAT(vectorize_("1990's"), ElementsAre(6));
}

TEST_F(TextVectorizerTest, LowersAToZOnly) {
  EXPECT_THAT(vectorize_("THE Its"), ElementsAre(2, 3));
  EXPECT_THAT(vectorize_("\u00c9"), ElementsAre(4));
  EXPECT_THAT(vectorize_("\u00e9"), ElementsAre(1));
}

TEST_F(TextVectorizerTest, GivesOneToWordsThatItDoesNotKnow) {
  EXPECT_THAT(vectorize_("a the \xFF\xFE b"), ElementsAre(1, 2, 1, 1));
  EXPECT_THAT(vectorize_("[UNK] unk"), ElementsAre(1, 1));
  EXPECT_THAT(vectorize_(std::string_view("\0the", 4)), ElementsAre(1));
  EXPECT_THAT(vectorize_("r"), ElementsAre(1));
  EXPECT_THAT(vectorize_("last"), ElementsAre(8));
}

TEST_F(TextVectorizerTest, ReadsTheVocabularyOfTheSample) {
  const TextVectorizer vectorize(std::filesystem::path(DOMINO_TESTS_DIR)
                                     .parent_path()
                                     .append("samples/reviews/vocabulary.txt"));
  EXPECT_THAT(vectorize("the film, a bore"), SizeIs(4));
  EXPECT_EQ(vectorize("the"), (std::vector{2}));
}

TEST_F(TextVectorizerTest, SaysWhatItCannotRead) {
  EXPECT_EQ(error_of<IoError>([] { TextVectorizer("no/such.txt"); }), "cannot read 'no/such.txt'");
}

}  // namespace
}  // namespace domino
