// The cases in corpus/: random graphs that Keras 3.15.1 saved and ran.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/differential/compare_case.h"
#include "tests/io/temporary_folder.h"
#include "tests/quiet.h"

namespace domino {
namespace {

using domino::testing::compare_case;
using domino::testing::Difference;
using domino::testing::differences_when_saved;
using domino::testing::find_models;
using domino::testing::read_case;
using domino::testing::Way;

std::vector<std::filesystem::path> corpus() {
  return find_models({std::filesystem::path(DOMINO_TESTS_DIR) / "differential/corpus"});
}

void report(const std::filesystem::path& model, const std::vector<Difference>& differences) {
  for (const Difference& each : differences) {
    ADD_FAILURE() << model.filename() << ", batch " << each.batch << ", output " << each.output
                  << ", " << each.kind << ": " << each.text;
  }
}

class CorpusTest : public FolderTest {
  const testing::Quiet quiet_;
};

class CorpusOnTest : public CorpusTest, public ::testing::WithParamInterface<Way> {};

TEST_P(CorpusOnTest, DominoComputesWhatKerasDoes) {
  EXPECT_GE(corpus().size(), 300);
  for (const auto& model : corpus()) {
    report(model, compare_case(read_case(model), GetParam()).differences);
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, CorpusOnTest,
                         ::testing::Values(Way{"cpu"}, Way{"cpu", false},
                                           Way{"cpu", true, MaskedOutput::Zero},
                                           Way{"cpu", false, MaskedOutput::Zero}, Way{"reference"}),
                         [](const auto& info) { return info.param.name(); });

class SavedCorpusTest : public CorpusTest, public ::testing::WithParamInterface<MaskRules> {};

// What Keras makes of the files, back.py asks.
TEST_P(SavedCorpusTest, FilesSayWhatTheModelComputes) {
  for (const auto& model : corpus()) {
    report(model, differences_when_saved(read_case(model), GetParam(), in_folder("copy.keras")));
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, SavedCorpusTest,
                         ::testing::Values(MaskRules::Keras, MaskRules::Intended),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace domino
