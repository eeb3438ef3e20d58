// What all commands share, and `domino summary`.

#include "tests/cli/cli_test.h"

namespace domino::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Program : public CliTest {};

const std::vector<std::string> kCommands = {"bench",   "masks",   "plot",
                                            "predict", "summary", "verify"};

TEST_F(Program, ExplainsItself) {
  const std::string help = output_of({"--help"});
  for (const std::string& command : kCommands) EXPECT_THAT(help, HasSubstr("  " + command + " "));
  EXPECT_THAT(output_of({"--version"}), StartsWith("0."));
}

TEST_F(Program, ExplainsEveryCommandWithExamples) {
  for (const std::string& command : kCommands) {
    EXPECT_THAT(output_of({command, "--help"}),
                AllOf(HasSubstr("MODEL"), HasSubstr("--rules"),
                      HasSubstr("Examples:\n  domino " + command + " model.keras")));
  }
}

TEST_F(Program, EndsWith2ForACommandLineThatItDoesNotUnderstand) {
  EXPECT_EQ(complaint_of({}, 2), "domino: A subcommand is required; see domino --help");
  EXPECT_EQ(complaint_of({"frobnicate", "model.keras"}, 2),
            "domino: there is no command 'frobnicate'; see domino --help");
  for (const std::string& command : kCommands) {
    const std::string see = "; see domino " + command + " --help";
    EXPECT_THAT(complaint_of({command}, 2), ::testing::EndsWith(see));
    EXPECT_THAT(complaint_of({command, "a.keras", "--frobnicate"}, 2), ::testing::EndsWith(see));
    EXPECT_THAT(complaint_of({command, "a.keras", "--rules", "mine"}, 2), ::testing::EndsWith(see));
  }
}

TEST_F(Program, EndsWith1ForAFileThatIsNoModel) {
  write("text.keras", "no zip");
  EXPECT_THAT(complaint_of({"summary", "missing.keras"}),
              AllOf(StartsWith("domino: 'missing.keras'"), HasSubstr("there is no such file")));
  EXPECT_THAT(complaint_of({"summary", "text.keras"}), StartsWith("domino: 'text.keras'"));
  EXPECT_THAT(complaint_of({"summary", "with_lambda.keras"}),
              AllOf(HasSubstr("with_lambda.keras"), HasSubstr("layer 'add_one'")));
}

TEST_F(Program, SummaryShowsTheMaskColumns) {
  const std::string table = output_of({"summary", "functional.keras"});
  EXPECT_THAT(table, AllOf(HasSubstr("mask in -> out"), HasSubstr("-> made"),
                           HasSubstr("bidirectional (Bidirectional)"), HasSubstr("Parameters: ")));
  EXPECT_THAT(output_of({"summary", "legacy_sequential.h5"}), HasSubstr("Sequential 'sequential'"));
  EXPECT_THAT(output_of({"summary", "functional.keras", "--rules", "intended"}),
              HasSubstr("mask rules: intended"));
}

}  // namespace
}  // namespace domino::testing
