// The cases in corpus/: random graphs that Keras 3.15.1 saved and ran.

#include <gtest/gtest.h>

#include <filesystem>

#include "domino/graph/warnings.h"
#include "tests/differential/compare_case.h"

namespace domino {
namespace {

using domino::testing::differences;
using domino::testing::find_models;
using domino::testing::read_case;

class CorpusTest : public ::testing::TestWithParam<const char*> {
 protected:
  CorpusTest() : before_(set_warning_sink([](const std::string&) {})) {}
  ~CorpusTest() override { set_warning_sink(before_); }

 private:
  WarningSink before_;
};

TEST_P(CorpusTest, DominoComputesWhatKerasDoes) {
  const auto folder = std::filesystem::path(DOMINO_TESTS_DIR) / "differential/corpus";
  const auto models = find_models({folder});
  EXPECT_GE(models.size(), 300);
  for (const auto& model : models) {
    for (const auto& difference : differences(read_case(model), GetParam())) {
      ADD_FAILURE() << model.filename() << ", batch " << difference.batch << ", output "
                    << difference.output << ", " << difference.kind << ": " << difference.text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, CorpusTest, ::testing::Values("cpu", "reference"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace domino
