// The models in tests/differential/corpus, which Keras saved and ran, by the kernels of backends/cuda.

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/differential/compare_case.h"
#include "tests/quiet.h"
#include "tests/record_error.h"

namespace domino::testing {
namespace {

class CudaCorpus : public ::testing::TestWithParam<Way> {
  const Quiet quiet_;
};

TEST_P(CudaCorpus, GivesWhatKerasDoes) {
  const auto models =
      find_models({std::filesystem::path(DOMINO_TESTS_DIR) / "differential/corpus"});
  EXPECT_GE(models.size(), 300);
  for (const auto& model : models) {
    const Comparison comparison = compare_case(read_case(model), GetParam());
    record_error(model.filename().string(), comparison.largest_error);
    for (const Difference& each : comparison.differences) {
      ADD_FAILURE() << model.filename() << ", batch " << each.batch << ", output " << each.output
                    << ", " << each.kind << ": " << each.text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, CudaCorpus,
                         ::testing::Values(Way{"cuda"}, Way{"cuda", false},
                                           Way{"cuda", true, MaskedOutput::Zero}),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace domino::testing
