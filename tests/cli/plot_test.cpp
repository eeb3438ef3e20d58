#include "tests/cli/cli_test.h"

namespace domino::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class PlotCommand : public CliTest {
 protected:
  std::string drawn(const std::string& model, const std::string& file) const {
    domino({"plot", model, "-o", file});
    return read(in_folder(file));
  }
};

TEST_F(PlotCommand, WritesTheGraphWithItsMasks) {
  const std::string graph = drawn("encoder_blocks.keras", "model.dot");
  EXPECT_THAT(graph, AllOf(StartsWith("digraph"), HasSubstr("label=\" taken off\""),
                           HasSubstr("label=\" dropped\""), HasSubstr("given with the call"),
                           HasSubstr("takes the mask off its inputs"), HasSubstr("runs unmasked")));
  // The file has operations that compute the mask once more.
  EXPECT_THAT(graph, Not(HasSubstr("LogicalOr")));
}

TEST_F(PlotCommand, DrawsModelsInsideAsOneBoxAndKeepsOperationsOfTheUser) {
  EXPECT_THAT(drawn("nested_and_shared.keras", "model.dot"),
              AllOf(HasSubstr("peripheries=2"), HasSubstr("mask of shared, call 2")));
  EXPECT_THAT(drawn("user_operations.keras", "model.dot"), HasSubstr("GetItem"));
}

TEST_F(PlotCommand, HasGraphvizDrawPictures) {
  if (run_in(folder(), {"sh", "-c", "command -v dot"}).status != 0) {
    GTEST_SKIP() << "skipped: Graphviz is not installed";
  }
  EXPECT_THAT(drawn("functional.keras", "model.svg"), HasSubstr("<svg"));
  EXPECT_THAT(drawn("functional.keras", "model.png"), StartsWith("\x89PNG"));
  EXPECT_THAT(complaint_of({"plot", "functional.keras", "-o", "nowhere/model.svg"}),
              HasSubstr("cannot write 'nowhere/model.svg'"));
}

TEST_F(PlotCommand, SaysThatGraphvizIsMissing) {
  const Ended ended = run_in(folder(), {"env", "PATH=/nowhere", DOMINO_PROGRAM, "plot",
                                        "functional.keras", "-o", "model.svg"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("there is no program 'dot' to draw with; install Graphviz"));
  EXPECT_FALSE(std::filesystem::exists(in_folder("model.svg")));
}

TEST_F(PlotCommand, KnowsThreeKindsOfFiles) {
  EXPECT_THAT(complaint_of({"plot", "functional.keras", "-o", "model.gif"}, 2),
              HasSubstr("'model.gif' ends in none of .svg, .png and .dot"));
}

}  // namespace
}  // namespace domino::testing
