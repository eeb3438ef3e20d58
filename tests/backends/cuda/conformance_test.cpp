#include "tests/backends/conformance.h"

namespace domino::conformance {
namespace {

class CudaConformance : public ::testing::TestWithParam<Family> {};

TEST_P(CudaConformance, AgreesWithTheReference) { expect_agreement(backend("cuda"), GetParam()); }

INSTANTIATE_TEST_SUITE_P(, CudaConformance, ::testing::ValuesIn(families()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace domino::conformance
