#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace domino {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Finished {
  int status = -1;
  std::string printed;  // stdout and stderr
};

Finished run_reviews(const std::string& arguments, const std::string& input = "</dev/null") {
  const std::string command = "\"" DOMINO_REVIEWS_PROGRAM "\" " + arguments + " 2>&1 " + input;
  FILE* const pipe = popen(command.c_str(), "r");
  Finished run;
  char buffer[4096];
  for (std::size_t count; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    run.printed.append(buffer, count);
  }
  const int status = pclose(pipe);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

TEST(ReviewsTest, GivesTheAnswersOfKeras) {
  const Finished run = run_reviews("");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.printed, AllOf(HasSubstr("\nDomino: 1646/2121 right (77.6 %)\n"),
                                 HasSubstr("\nKeras:  1646/2121 right (77.6 %)\n"),
                                 ContainsRegex("largest difference from Keras: [0-9].[0-9]e-"),
                                 ContainsRegex("\n[1-9][0-9]* sentences per second on cpu\n")));
}

TEST(ReviewsTest, ShowsTheModelAndTwoSentencesIfNothingIsTyped) {
  const Finished run = run_reviews("--device onednn");
  EXPECT_THAT(run.printed,
              AllOf(HasSubstr("'reviews'"), HasSubstr("bidirectional"),
                    ContainsRegex("\npositive [01].[0-9]+  A gorgeous, witty, seductive movie.\n"),
                    ContainsRegex("\nnegative [01].[0-9]+  The plot is dull")));
}

TEST(ReviewsTest, JudgesPipedLines) {
  const Finished run = run_reviews("--device cpu", "<<'END'\n...\nWonderful and moving!\nbad\nEND");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.printed, AllOf(ContainsRegex("\npositive [01].[0-9]+  Wonderful and moving!\n"
                                               "negative [01].[0-9]+  bad\n$"),
                                 Not(HasSubstr("Type a sentence")), Not(HasSubstr("gorgeous"))));
}

TEST(ReviewsTest, PrintsTimesAsJson) {
  const Finished run = run_reviews("--device reference --repeat 2");
  EXPECT_EQ(run.status, 0);
  const auto json = nlohmann::json::parse(run.printed);
  EXPECT_EQ(json["device"], "reference");
  EXPECT_EQ(json["sentences"], 2121);
  ASSERT_EQ(json["seconds"].size(), 2U);
  EXPECT_GT(json["seconds"][0].get<double>(), 0);
}

TEST(ReviewsTest, ExplainsItsOptions) {
  for (const std::string arguments : {"--help", "--device", "--device abacus", "--repeat",
                                      "--repeat 0", "--repeat -1", "--repeat x", "x y"}) {
    const Finished run = run_reviews(arguments);
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_THAT(run.printed, StartsWith("usage: reviews")) << arguments;
  }
}

}  // namespace
}  // namespace domino
